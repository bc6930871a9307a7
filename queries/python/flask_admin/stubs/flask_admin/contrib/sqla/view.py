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
        __impact__.named(
            model,
            __impact__.keys(
                self,
                "column_labels",
                "column_descriptions",
                "column_formatters",
                "column_formatters_export",
                "column_formatters_detail",
                "column_type_formatters",
                "column_choices",
                "form_args",
                "form_widget_args",
                "form_overrides",
                "form_choices",
                "form_ajax_refs",
            ),
        )
        for format in self.column_formatters.values():
            format(self, None, model(), "")
        self.on_model_change(None, model(), True)
        self.after_model_change(None, model(), True)
        self.on_model_delete(model())
        self.after_model_delete(model())
        self.update_model(None, model())
        self.delete_model(model())
        self.create_model(None)
        self.on_form_prefill(None, None)
        self.get_query().all()
        self.get_count_query().scalar()

    def on_model_change(self, form, model, is_created):
        pass

    def after_model_change(self, form, model, is_created):
        pass

    def on_model_delete(self, model):
        pass

    def after_model_delete(self, model):
        pass

    def update_model(self, form, model):
        pass

    def delete_model(self, model):
        pass

    def create_model(self, form):
        pass

    def on_form_prefill(self, form, id):
        pass

    def get_query(self):
        pass

    def get_count_query(self):
        pass
