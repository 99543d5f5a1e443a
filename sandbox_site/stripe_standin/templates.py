"""The stand-in's pages: files in `pages/`, filled with escaped values and texts by language."""

import functools
import html
import json
import pathlib
import string
from typing import Any

FOLDER = pathlib.Path(__file__).with_name("pages")
LANGUAGES = ("en", "de", "ar")
RIGHT_TO_LEFT = ("ar",)


class Html(str):
    """Markup of our own, which is not escaped again."""


@functools.cache
def texts(language: str) -> dict[str, str]:
    every = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    return {key: by_language[language] for key, by_language in every.items()}


def language_of(*wishes: str | None) -> str:
    """The first wish that is spoken here; a wish may be an Accept-Language header."""
    for wish in wishes:
        for part in (wish or "").split(","):
            code = part.split(";")[0].strip().lower().split("-")[0]
            if code in LANGUAGES:
                return code
    return "en"


def render(name: str, language: str, /, **values: Any) -> Html:
    """`$name` is a value, `$t_name` the text of that name, in which `$shop` may stand."""
    shop = str(values.get("shop", ""))
    filled = {f"t_{key}": text.replace("$shop", shop) for key, text in texts(language).items()}
    filled |= values
    filled |= {"language": language, "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr"}
    escaped = {
        key: value if isinstance(value, Html) else html.escape(str(value))
        for key, value in filled.items()
    }
    template = (FOLDER / name).read_text(encoding="utf-8")
    return Html(string.Template(template).substitute(escaped))


def as_script_data(value: Any) -> Html:
    """JSON that may stand inside a script element of type application/json."""
    return Html(json.dumps(value).replace("<", "\\u003c"))
