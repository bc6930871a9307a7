# https://flask-admin.readthedocs.io/en/stable/api/mod_contrib_sqla/
import __impact__


class ModelView:
    def __init__(self, model, session, *args, **kwargs):
        __impact__.reads(model())
        __impact__.writes(model())
        for names in (
            self.column_list,
            self.column_exclude_list,
            self.column_details_list,
            self.column_searchable_list,
            self.column_sortable_list,
            self.column_editable_list,
            self.column_filters,
            self.column_export_list,
            self.column_default_sort,
            self.form_columns,
            self.form_excluded_columns,
        ):
            __impact__.named(model, names)
