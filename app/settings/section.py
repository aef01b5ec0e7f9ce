"""What every group of settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of settings. Plain pydantic, not `pydantic_settings.BaseSettings`.

    The sources of `BaseSettings` ignore a missing YAML file and unknown environment variables in silence, know no
    line numbers, and cannot say which source a value came from. So `app.settings.loading` merges the sources by
    itself and these models only say what a valid configuration is.

    Strict, so that `workers: yes` or `port: "80"` is a fault and not a guess. Frozen, because settings are shared.
    Inputs are hidden in error texts, because a mistyped secret is an input, too.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        validate_default=True,
        allow_inf_nan=False,
    )
