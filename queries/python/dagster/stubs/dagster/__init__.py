class AssetSelection:
    @classmethod
    def assets(cls, *assets):
        return assets


def define_asset_job(name, selection=None, **kwargs):
    return selection
