; https://docs.djangoproject.com/en/stable/howto/custom-management-commands/

; class Command(BaseCommand): def handle(self, …)
((class_definition name: (identifier) @_name) @command @handler @class
 (#eq? @_name "Command")
 (#subclass? @class "django.core.management.base.BaseCommand" "django.core.management.BaseCommand"
   "django.core.management.base.NoArgsCommand" "django.core.management.base.AppCommand" "django.core.management.base.LabelCommand")
 (#set! name "file"))
