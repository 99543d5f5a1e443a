"""Read, without rendering, which blocks of the site's base a portal page could fill."""

from collections.abc import Iterator
from typing import Any

from django.template import NodeList, Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode

from ...conf import conf

OURS = "portal_plugin/base.html"


def compiled(name: str) -> list[Template]:
    """The template and those that it extends, as far as their names stand in them.

    Raises ``TemplateDoesNotExist`` or ``TemplateSyntaxError`` for any of them.
    """
    chain: list[Template] = []
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        template = get_template(name).template  # type: ignore[attr-defined]
        chain.append(template)
        name = _parent_name(template)
    return chain


def missing_blocks() -> dict[str, set[str]]:
    """Blocks that ``portal_plugin/base.html`` fills and its base does not have, each with the names
    of the blocks of ours inside it. Nothing where reading alone cannot tell."""
    ours = get_template(OURS).template  # type: ignore[attr-defined]
    base = _parent_name(ours) or conf.base_template
    chain = compiled(base)
    if not hasattr(chain[-1], "nodelist") or _extends(chain[-1]) is not None:
        return {}
    there = _fillable(chain)
    filled = {block.name: _names(block.nodelist) for block in _top_blocks(ours)}
    return {name: inner for name, inner in filled.items() if name not in there}


def _parent_name(template: Any) -> str:
    """The name in ``{% extends "…" %}``; empty for a variable, and for what extends nothing."""
    node = _extends(template)
    name = getattr(node.parent_name, "var", None) if node is not None else None
    return name if isinstance(name, str) else ""


def _extends(template: Any) -> ExtendsNode | None:
    nodes = getattr(template, "nodelist", [])
    return next((node for node in nodes if isinstance(node, ExtendsNode)), None)


def _top_blocks(template: Any) -> Iterator[BlockNode]:
    node = _extends(template)
    nodes = node.nodelist if node is not None else template.nodelist
    return (node for node in nodes if isinstance(node, BlockNode))


def _names(nodes: NodeList) -> set[str]:
    blocks: list[Any] = nodes.get_nodes_by_type(BlockNode)
    return {block.name for block in blocks}


def _fillable(chain: list[Template]) -> set[str]:
    """Blocks of the root, and those inside what fills a block that can itself be filled."""
    there = _names(chain[-1].nodelist)
    for template in reversed(chain[:-1]):
        for block in _top_blocks(template):
            if block.name in there:
                there |= _names(block.nodelist)
    return there
