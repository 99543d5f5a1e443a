"""What customers may send, in the settings' form: never more than the installation takes."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..conf import conf
from ..gateways import filetypes
from ..services.file_limits import MB


class LimitsFiles(forms.Form):
    """Mixed into the settings' form."""

    def clean_file_kinds(self):
        kinds = filetypes.extensions_in(self.cleaned_data["file_kinds"])
        possible = filetypes.allowed_extensions()
        if unknown := [kind for kind in kinds if kind not in possible]:
            raise ValidationError(
                _("The portal does not take %(unknown)s. Possible are: %(kinds)s.")
                % {"unknown": filetypes.named(unknown), "kinds": filetypes.named(possible)}
            )
        return ", ".join(kinds)

    def clean_file_max_mb(self):
        wanted, most = self.cleaned_data["file_max_mb"], conf.upload_max_bytes // MB
        if wanted is not None and wanted > most:
            raise ValidationError(
                _("The portal takes files of up to %(limit)s MB.") % {"limit": most}
            )
        return wanted
