# https://aminalaee.dev/sqladmin/api_reference/model_view/
import __impact__


class ModelView:
    def __init_subclass__(cls, model=None, **kwargs):
        __impact__.reads(model())
        __impact__.writes(model())
        for names in (
            cls.column_list,
            cls.column_exclude_list,
            cls.column_details_list,
            cls.column_details_exclude_list,
            cls.column_searchable_list,
            cls.column_sortable_list,
            cls.column_default_sort,
            cls.column_export_list,
            cls.column_export_exclude_list,
            cls.column_filters,
            cls.form_columns,
            cls.form_excluded_columns,
        ):
            __impact__.named(model, names)
        __impact__.named(
            model,
            __impact__.keys(
                cls,
                "column_labels",
                "column_formatters",
                "column_formatters_detail",
                "form_args",
                "form_widget_args",
                "form_overrides",
                "form_ajax_refs",
            ),
        )
