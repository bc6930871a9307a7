"""django-simple-history 3: rows and their records in bulk."""


def bulk_create_with_history(objs, model, batch_size=None, ignore_conflicts=False, default_user=None):
    made = model._default_manager.bulk_create(objs)
    model.history.bulk_create(made)
    return made


def bulk_update_with_history(objs, model, fields, batch_size=None, default_user=None):
    model._default_manager.bulk_update(objs, fields)
    model.history.bulk_create(objs)
    return objs


def update_change_reason(instance, reason):
    instance.history.update(history_change_reason=reason)
