"""Which names a template uses, with the templates that it includes, and of which types they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.template import Node, NodeList, engines
from django.template.base import FilterExpression, Template, Variable
from django.template.defaulttags import ForNode, TemplateLiteral, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode

from appoints.display.context import Context
from dashboard.templatetags.pieces import piece

# What context processors and Django itself add.
EVERYWHERE = frozenset(
    {"request", "user", "perms", "messages", "csrf_token", "forloop", "block"}
    | {"True", "False", "None"}
)
Types = Mapping[str, Any]


class Names:
    """The walk over a context's templates.

    ``missing`` are the names that a template uses and its context lacks, ``used`` the fields of
    dataclasses that one uses, ``seen`` the templates.
    """

    def __init__(self) -> None:
        self.missing: set[tuple[str, str]] = set()
        self.used: set[tuple[type, str]] = set()
        self.seen: set[str] = set()

    def of(self, context: type[Context]) -> None:
        """Walk over the page and the fragment of a context."""
        types = get_type_hints(context)
        self.used_by = context
        for name in filter(None, (context.template, context.fragment)):
            self.template(name, {each.name: types[each.name] for each in fields(context)})

    def template(self, name: str, types: Types) -> None:
        """Walk over a template whose context has these names."""
        self.seen.add(name)
        self.walk(engines["django"].get_template(name).template, name, types)

    def walk(self, nodes: Template | NodeList, name: str, types: Types) -> None:
        for node in nodes if isinstance(nodes, NodeList) else nodes.nodelist:
            self._node(node, name, types)
            types = {**types, **dict.fromkeys(_set_by(node))}

    def _node(self, node: Node, name: str, types: Types) -> None:
        if isinstance(node, IncludeNode):
            return self._include(node, name, types)
        if isinstance(node, SimpleNode) and node.func is piece:
            return self.template(node.args[0].var, self._extra(node.kwargs, name, types))
        inner = {**types, **dict.fromkeys(_set_by(node))}
        for each in _expressions(list(vars(node).values())):
            for variable in _variables(each):
                self._type(variable, name, types)
        if isinstance(node, WithNode | BlockTranslateNode):
            inner |= self._extra(node.extra_context, name, types)
        if isinstance(node, BlockTranslateNode):
            for token in (*node.singular, *node.plural):
                if token.token_type.name == "VAR" and token.contents not in inner:
                    self.missing.add((name, token.contents))
        if isinstance(node, ForNode):
            inner |= self._loop(node, name, types)
        if isinstance(node, ExtendsNode):
            self.template(str(node.parent_name.var), types)
        for attribute in getattr(node, "child_nodelists", ()):
            if nodes := getattr(node, attribute, None):
                self.walk(nodes, name, inner)
        for _condition, nodes in getattr(node, "conditions_nodelists", ()):
            self.walk(nodes, name, inner)
        return None

    def _include(self, node: IncludeNode, name: str, types: Types) -> None:
        """Walk over what a node includes; of a part, over the template of each of its types."""
        extra = self._extra(node.extra_context, name, types)
        inner = extra if node.isolated_context else {**types, **extra}
        if isinstance(node.template.var, str):
            return self.template(node.template.var, inner)
        part = node.template.var.lookups[0]
        for each in _members(types[part]):
            if each is not NoneType:
                self.template(each.template, {**inner, part: each})
        return None

    def _extra(
        self, given: Mapping[str, FilterExpression], name: str, types: Types
    ) -> dict[str, Any]:
        return {key: self._expression(each, name, types) for key, each in given.items()}

    def _loop(self, node: ForNode, name: str, types: Types) -> dict[str, Any]:
        of = get_args(self._expression(node.sequence, name, types)) or (None,)
        many = len(node.loopvars) > 1
        parts = get_args(of[0]) if many else of
        parts = parts if len(parts) == len(node.loopvars) else [None] * len(node.loopvars)
        return dict(zip(node.loopvars, parts, strict=True))

    def _expression(self, each: FilterExpression, name: str, types: Types) -> Any:
        """Return the type of an expression, None where it is not known."""
        found = [self._type(variable, name, types) for variable in _variables(each)]
        return found[0] if found and not each.filters else None

    def _type(self, variable: Variable, name: str, types: Types) -> Any:
        first, *rest = variable.lookups
        if first in EVERYWHERE:
            return None
        if first not in types:
            self.missing.add((name, first))
            return None
        if hasattr(self, "used_by") and first in map(attrgetter("name"), fields(self.used_by)):
            self.used.add((self.used_by, first))
        known = types[first]
        for attribute in rest:
            known = self._attribute(known, attribute, name, variable)
        return known

    def _attribute(self, known: Any, attribute: str, name: str, variable: Variable) -> Any:
        """Return the type of an attribute, of dataclasses only; others say nothing of theirs."""
        owners = [each for each in _members(known) if each is not NoneType]
        if not owners or not all(map(is_dataclass, owners)):
            return None
        having = [each for each in owners if hasattr(each, attribute) or attribute in _hints(each)]
        if not having:
            self.missing.add((name, str(variable)))
        for each in having:
            self.used.add((each, attribute))
        found = [_hints(each).get(attribute) for each in having]
        return Union[tuple(found)] if found and None not in found else None  # noqa: UP007


@cache
def _hints(owner: type) -> dict[str, Any]:
    types = get_type_hints(owner)
    return {each.name: types[each.name] for each in fields(owner)}  # type: ignore[arg-type]


def _members(known: Any) -> tuple[Any, ...]:
    if get_origin(known) in (Union, UnionType):
        return get_args(known)
    return () if known is None else (known,)


def _expressions(values: Any) -> Iterator[FilterExpression | Variable]:
    """Yield what is looked up by the attributes of a node, in lists and conditions too."""
    for value in values:
        if isinstance(value, FilterExpression | Variable):
            yield value
        elif isinstance(value, TemplateLiteral):
            yield value.value
        elif isinstance(value, dict):
            yield from _expressions(value.values())
        elif isinstance(value, list | tuple) and not isinstance(value, NodeList):
            yield from _expressions(value)
        elif hasattr(value, "first") and hasattr(value, "second"):
            yield from _expressions([value.first, value.second])


def _variables(each: FilterExpression | Variable) -> Iterator[Variable]:
    if isinstance(each, Variable):
        if each.lookups:
            yield each
        return
    if isinstance(each.var, Variable):
        yield from _variables(each.var)
    for _function, arguments in each.filters:
        for looked_up, argument in arguments:
            if looked_up:
                yield from _variables(argument)


def _set_by(node: Node) -> Iterator[str]:
    """Yield the names that a node sets: by ``as``, or to count by."""
    for attribute in ("asvar", "target_var", "variable", "countervar"):
        if isinstance(name := getattr(node, attribute, None), str):
            yield name
