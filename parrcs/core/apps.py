from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "parrcs.core"
    label = "core"
