"""Changes of models: what is watched is recorded when it is stored, changed and deleted.

Only the names of changed fields are kept, and the values of those that are true or false: others
may be secrets. What holds none is told whole, as it was before and as it is after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Manager, Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from dashboard.audit import origin
from dashboard.audit.log import Target, record
from dashboard.audit.models import Event

STEPS = {"post_add": "added", "post_remove": "removed"}


def watch(
    model: type[Model], *, machine: Iterable[str] = (), told: Callable[[Any], str] | None = None
) -> None:
    """Record changes of a model from now on, but for fields that the product itself moves on.

    ``told`` returns what is told of an instance as a whole.
    """
    own = _Watch(frozenset(machine), told)
    # Not weak, for nobody else holds them.
    uid = f"audit.{model._meta.label}"
    pre_save.connect(own.before, sender=model, weak=False, dispatch_uid=f"{uid}.before")
    post_save.connect(own.saved, sender=model, weak=False, dispatch_uid=f"{uid}.saved")
    post_delete.connect(own.deleted, sender=model, weak=False, dispatch_uid=f"{uid}.deleted")
    for field in model._meta.many_to_many:
        through: Any = getattr(model, field.name).through
        m2m_changed.connect(related, sender=through, dispatch_uid=f"{uid}.{field.name}")


class _Watch:
    def __init__(self, machine: frozenset[str], told: Callable[[Any], str] | None) -> None:
        self.machine = machine
        self.told = told

    def before(
        self,
        instance: Any,
        raw: bool = False,
        update_fields: frozenset[str] | None = None,
        **_about: Any,
    ) -> None:
        """Note what the save will change, and what it was before; nothing of what is new."""
        stored = None
        by_machine = update_fields is not None and update_fields <= self.machine
        if not (raw or by_machine or instance._state.adding):
            stored = type(instance)._base_manager.filter(pk=instance.pk).first()
        instance._changed = {} if stored is None else self._changes(stored, instance)
        instance._before = {} if stored is None else self._whole(stored, "before")

    def _whole(self, instance: Model, when: str) -> dict[str, Any]:
        return {when: self.told(instance)} if self.told else {}

    def _changes(self, stored: Model, instance: Model) -> dict[str, bool | None]:
        found = {}
        for field in instance._meta.concrete_fields:
            name = field.attname
            value = getattr(instance, name)
            if name not in self.machine and getattr(stored, name) != value:
                found[field.name] = value if isinstance(value, bool) else None
        return found

    def saved(
        self,
        instance: Any,
        created: bool,
        raw: bool = False,
        update_fields: frozenset[str] | None = None,
        **_about: Any,
    ) -> None:
        if raw:
            return
        if created:
            _record(instance, Event.Action.CREATE, self._whole(instance, "after"))
            return
        changed = {
            name: value
            for name, value in instance._changed.items()
            if update_fields is None or name in update_fields
        }
        if changed:
            whole = {**instance._before, **self._whole(instance, "after")}
            _record(instance, Event.Action.CHANGE, {"changed": changed, **whole})

    def deleted(self, instance: Model, **_about: Any) -> None:
        _record(instance, Event.Action.DELETE, self._whole(instance, "before"))


def related(
    instance: Model, action: str, model: type[Model], pk_set: set[Any] | None, **_about: Any
) -> None:
    """Record what a many-to-many field gained or lost."""
    if action == "pre_clear":
        _record(instance, Event.Action.CHANGE, {"emptied": str(model._meta.verbose_name_plural)})
    elif action in STEPS and pk_set:
        names = sorted(map(str, model._base_manager.filter(pk__in=pk_set)))
        about = {"of": model._meta.model_name, STEPS[action]: names}
        _record(instance, Event.Action.CHANGE, about)


@contextmanager
def watching(instance: Model, manager: Manager[Any]) -> Iterator[None]:
    """Record what a many-to-many field gains or loses in a way that sends no signal.

    The admin's inlines store rows of the table between the two.
    """
    before = set(manager.all())
    yield
    after = set(manager.all())
    for step, found in (("added", after - before), ("removed", before - after)):
        if found:
            about = {"of": manager.model._meta.model_name, step: sorted(map(str, found))}
            _record(instance, Event.Action.CHANGE, about)


def _record(instance: Model, action: str, details: dict[str, Any] | None = None) -> None:
    kind = str(instance._meta.model_name)
    record(origin.current(), action, Target(kind, str(instance.pk), str(instance)), details)
