"""Lines of the push log, for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .escape import display, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_REFS = 20


def as_texts(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Each entry as text by `as_text`; each reason why a pusher is unknown is given only once."""
    told: set[str] = set()
    for entry in entries:
        pusher = entry["pusher"]
        why = pusher["how"] if pusher["name"] is None else None
        yield as_text(entry, explains_unknown=why not in told)
        if why is not None:
            told.add(why)


def as_text(entry: dict[str, Any], *, explains_unknown: bool = True) -> str:
    """One logged push as lines: its time, outcome, hook and pusher; then its refs, findings and policies.

    For an incomplete landing, the refs are those that did not land, and the findings are what the rest breaks.
    `explains_unknown`: whether to say why the pusher is unknown.
    """
    pusher = entry["pusher"]["name"]
    who = escape(pusher) if pusher is not None else "pusher not known"
    if (uid := entry["pusher"].get("uid")) is not None:
        who += f", uid {uid:d}"
    time = entry["time"].partition(".")[0] + "Z"
    if entry["outcome"] == "archived":
        return "\n".join([f"{time}  archived          {escape(entry['archive']['file'])}", *_refs(entry)])
    lines = [f"{time}  {entry['outcome']:<16}  {entry['hook']:<11}  {who}"]
    if pusher is None and explains_unknown:
        lines.append(f"  why the pusher is not known: {escape(entry['pusher']['how'])}")
    if entry["outcome"] == "incomplete":
        lines.append(f"  of the push in line {entry['of_line']:d} these did not land:")
    lines += _refs(entry)
    for policy in entry["policies"]:
        lines += [
            f"  {finding['severity']} [{finding['rule']}] {escape(finding['ref'] or 'this push')}: "
            f"{escape(finding['message'])}"
            for finding in policy["findings"]
        ]
        lines += _left_off(policy, "findings", len(policy["findings"]))
    lines += [f"  emergency [{rule}]: {escape(reason)}" for rule, reason in entry.get("emergency", {}).items()]
    if "error" in entry:
        lines.append(f"  could not judge: {escape(entry['error'])}")
    for policy in entry["policies"]:
        mode = ", mode evaluate" if policy["mode"] == "evaluate" else ""
        lines += [f"  note: {escape(note)}" for note in policy.get("notes", ())]
        lines.append(f"  policy {escape(policy['source'])} ({(policy['id'] or 'no id')[:12]}){mode}")
    return "\n".join(lines)


def as_document(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry as a JSON document: bytes that are not UTF-8 become `\\xNN`, and every verdict has `notes`.

    The push log leaves out `notes` if there are none.
    """
    shown = _displayed(entry)
    assert isinstance(shown, dict)
    for policy in shown["policies"]:
        policy.setdefault("notes", [])
    return shown


def _refs(entry: dict[str, Any]) -> list[str]:
    listed = entry["updates"][:MOST_REFS]
    width = max((len(escape(update["ref"])) for update in listed), default=0)
    lines = [f"  {change_of(update):<8} {escape(update['ref']):<{width}}  {_ids(update)}" for update in listed]
    return lines + _left_off(entry, "updates", len(listed))


def _left_off(holder: dict[str, Any], what: str, shown: int) -> list[str]:
    more = holder.get(f"{what}_in_all", len(holder[what])) - shown
    return [f"  ... {more} more {what}"] if more else []


def change_of(update: dict[str, Any]) -> str:
    """What the push did, or would have done, to a ref: "created", "moved", "deleted" or "nothing"."""
    if update["old"] == update["new"]:
        return "nothing"
    if update["new"] is None:
        return "deleted"
    return "created" if update["old"] is None else "moved"


def _ids(update: dict[str, Any]) -> str:
    return " -> ".join(oid[:12] for oid in (update["old"], update["new"]) if oid is not None)


def _displayed(value: Any) -> Any:
    if isinstance(value, str):
        return display(value)
    if isinstance(value, list):
        return [_displayed(one) for one in value]
    if isinstance(value, dict):
        return {display(key): _displayed(one) for key, one in value.items()}
    return value
