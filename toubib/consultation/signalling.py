"""`/ws/salle`: members of one room find each other; the media itself never passes here.

Pure ASGI, no database: a signed pass says who comes in, the hub says who is removed and when the room closes.
A page that comes back within `GRACE` seconds (same person) was never gone; `since` orders the pages of a room,
also over a restart of this server, because pages say theirs again: the greater one makes the first offer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from toubib.consultation.tokens import PASS_LIFETIME, PROFESSIONAL, BadPass, RoomPass, read_room_token
from toubib.consultation.wire import MAX_BYTES, BadShape, read_message

logger = logging.getLogger(__name__)

MAX_MEMBERS = 4
MAX_UNNAMED = 500  # sockets before their hello, from everywhere; those who came in do not count
MAX_UNNAMED_FROM_ONE = 20
HELLO_SECONDS = 5.0
GRACE = 8.0
RATE, BURST, TOLERATED = 50.0, 200.0, 50
MAX_BAD = 5
MAX_QUEUED = 256
POLICY, TOO_BIG, BROKEN, BUSY = 1008, 1009, 1011, 1013
REPLACED, REMOVED, CLOSED, FULL, BAD_PASS = 4001, 4003, 4004, 4008, 4010

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
News = dict[str, Any]


class Hub(Protocol):
    def subscribe(self, topic: str, hear: Callable[[News], None]) -> Callable[[], None]: ...


@dataclass(eq=False)
class Socket:
    """The sending half: a bounded queue, so that one slow page never holds back the room."""

    send: Send
    queue: asyncio.Queue[str | int] = field(default_factory=lambda: asyncio.Queue(MAX_QUEUED + 1))
    closing: bool = False
    letting_go: asyncio.Task[None] | None = None

    def tell(self, **message: Any) -> None:
        if self.closing:
            return
        if self.queue.qsize() >= MAX_QUEUED:
            self.close(BUSY)
            return
        self.queue.put_nowait(json.dumps(message, separators=(",", ":")))  # ASCII: it can always be sent

    def close(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            self.queue.put_nowait(code)

    async def write(self) -> None:
        while True:
            item = await self.queue.get()
            try:
                if isinstance(item, int):
                    await self.send({"type": "websocket.close", "code": item})
                    return
                await self.send({"type": "websocket.send", "text": item})
            except (OSError, RuntimeError):  # the page went away in the middle
                self.closing = True
                return

    def died(self, writer: asyncio.Task[None]) -> None:
        """Of what nobody foresaw: the log names it, without content, and the page is let go, so that it comes back."""
        error = None if writer.cancelled() else writer.exception()
        if error is not None:
            self.closing = True
            logger.error("the writer of a page died: %s", type(error).__name__)
            self.letting_go = asyncio.create_task(self._let_go())

    async def _let_go(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self.send({"type": "websocket.close", "code": BROKEN})


@dataclass(eq=False)
class Member:
    """One person in one room, with the page (tab) that speaks for them now."""

    who: RoomPass
    tab: str
    since: int
    socket: Socket | None
    state: News = field(default_factory=dict)
    leaving: asyncio.TimerHandle | None = None

    def card(self) -> News:
        who = self.who
        return {
            "participant": who.participant_id,
            "role": who.role,
            "name": who.name,
            "rpps": who.rpps,
            "side": who.side,
            "tab": self.tab,
            "since": self.since,
            "here": self.socket is not None,
            "state": self.state,
        }


@dataclass(eq=False)
class Room:
    id: str
    members: dict[str, Member] = field(default_factory=dict)
    unsubscribe: Callable[[], None] = lambda: None

    def tell_others(self, member: Member, /, **message: Any) -> None:
        for other in self.members.values():
            if other is not member and other.socket:
                other.socket.tell(**message)


class Bucket:
    """Token bucket: `RATE` messages a second, `BURST` at once."""

    def __init__(self, now: float) -> None:
        self.level, self.at, self.over = BURST, now, 0

    def take(self, now: float) -> bool:
        self.level = min(BURST, self.level + (now - self.at) * RATE)
        self.at = now
        if self.level < 1:
            self.over += 1
            return False
        self.level -= 1
        return True


class Signalling:
    """The ASGI application of `/ws/salle`.

    `origin_allowed(origin, host)` guards against other sites; `admits(room_pass)`, run in a thread, may refuse
    someone whose pass is still valid (removed, room closed) and is asked once for each hello.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        origin_allowed: Callable[[str, str], bool],
        now: Callable[[], datetime],
        admits: Callable[[RoomPass], bool] | None = None,
    ) -> None:
        self.hub, self.origin_allowed, self.now, self.admits = hub, origin_allowed, now, admits
        self.rooms: dict[str, Room] = {}
        self.barred: dict[tuple[str, str], float] = {}
        self.unnamed: Counter[str] = Counter()  # sockets before their hello, by the peer's address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin_ok = self.origin_allowed(headers.get(b"origin", ""), headers.get(b"host", ""))
        peer = str((scope.get("client") or ("",))[0])
        full = self.unnamed.total() >= MAX_UNNAMED or self.unnamed[peer] >= MAX_UNNAMED_FROM_ONE
        if not origin_ok or full:
            await send({"type": "websocket.close", "code": POLICY if not origin_ok else BUSY})
            return
        await send({"type": "websocket.accept"})
        socket = Socket(send)
        writer = asyncio.create_task(socket.write())
        writer.add_done_callback(socket.died)
        member: Member | None = None
        try:
            member = await self._greet(socket, receive, peer)
            if member is not None:
                await self._serve(member, socket, receive)
        finally:
            if member is not None and member.socket is socket:
                self._lost(member)
            await _finish(socket, writer)

    # Coming in

    async def _greet(self, socket: Socket, receive: Receive, peer: str) -> Member | None:
        """The member, once the first message was a hello with a valid pass; None after closing."""
        self.unnamed[peer] += 1
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                event = await receive()
            if event["type"] == "websocket.disconnect":
                return None
            hello = read_message(_text_of(event))
            if hello["type"] != "hello":
                raise BadShape
            who = read_room_token(token=hello["token"], now=self.now())
            allowed = self.admits is None or await asyncio.to_thread(self.admits, who)
        except (TimeoutError, BadShape):
            socket.close(POLICY)
            return None
        except BadPass:
            socket.close(BAD_PASS)
            return None
        finally:
            self.unnamed[peer] -= 1
            if not self.unnamed[peer]:
                del self.unnamed[peer]  # addresses are not kept
        return self._enter(who, hello, socket, allowed=allowed)

    def _enter(self, who: RoomPass, hello: News, socket: Socket, *, allowed: bool) -> Member | None:
        barred = self._barred_code(who)
        if barred or not allowed:
            socket.close(barred or REMOVED)
            return None
        room = self._room(who.room_id)
        old = room.members.get(who.participant_id)
        if old is None and len(room.members) >= MAX_MEMBERS:
            socket.close(FULL)
            return None
        claimed = int(hello.get("since", 0))
        if old and old.socket and old.tab != hello["tab"] and 0 < claimed < old.since:
            socket.close(REPLACED)  # an older tab that came back: the newer one keeps the place
            return None
        member = self._seat(room, old, who, hello["tab"], claimed, socket)
        others = [other.card() for other in room.members.values() if other is not member]
        socket.tell(type="welcome", you=member.card(), members=others)
        room.tell_others(member, type="joined", member=member.card())
        return member

    def _seat(
        self, room: Room, old: Member | None, who: RoomPass, tab: str, claimed: int, socket: Socket
    ) -> Member:
        same_tab = old is not None and old.tab == tab
        since = old.since if old is not None and same_tab else self._order(room, claimed)
        if old is not None:
            if old.leaving:
                old.leaving.cancel()
            if old.socket:
                if not same_tab:
                    old.socket.tell(type="replaced")
                old.socket.close(REPLACED)
        member = Member(who, tab, since, socket, old.state if old is not None and same_tab else {})
        room.members[who.participant_id] = member
        return member

    def _order(self, room: Room, claimed: int) -> int:
        """Milliseconds, unique in the room, what the page had before when it says so."""
        now = int(self.now().timestamp() * 1000)
        taken = {member.since for member in room.members.values()}
        if 0 < claimed <= now and claimed not in taken:
            return claimed
        return max([now, *(since + 1 for since in taken)])

    def _room(self, room_id: str) -> Room:
        room = self.rooms.get(room_id)
        if room is None:
            room = self.rooms[room_id] = Room(room_id)
            room.unsubscribe = self.hub.subscribe(f"room:{room_id}", lambda news: self._hear(room, news))
        return room

    # Speaking

    async def _serve(self, member: Member, socket: Socket, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        bucket, bad = Bucket(loop.time()), 0
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            if socket.closing:
                await asyncio.sleep(0)  # a flood goes on being read, never answered
                continue
            if not bucket.take(loop.time()):
                self._too_fast(socket, bucket)
                await asyncio.sleep(0)
                continue
            try:
                message = read_message(_text_of(event))
                if self._handle(member, message):
                    return
            except BadShape:
                bad += 1
                socket.tell(type="error", code="shape")
                if len(event.get("text") or "") > MAX_BYTES or len(event.get("bytes") or b"") > MAX_BYTES:
                    socket.close(TOO_BIG)
                elif bad >= MAX_BAD:
                    socket.close(POLICY)

    def _too_fast(self, socket: Socket, bucket: Bucket) -> None:
        if bucket.over == 1:
            socket.tell(type="error", code="rate")
        elif bucket.over > TOLERATED:
            socket.close(POLICY)

    def _handle(self, member: Member, message: News) -> bool:
        """Pass the message on; True when the member says good-bye."""
        room, kind = self.rooms.get(member.who.room_id), message["type"]
        if room is None or member.socket is None:
            return True
        if kind == "ping":
            member.socket.tell(type="pong")
        elif kind == "bye":
            self._drop(room, member, reason="bye")
            member.socket.close(1000)
            return True
        elif kind == "state":
            member.state = {**member.state, **{key: message[key] for key in message.keys() - {"type"}}}
            room.tell_others(member, type="state", **{"from": member.who.participant_id}, state=member.state)
        elif kind in ("signal", "request"):
            self._pass_on(room, member, message)
        else:
            raise BadShape
        return False

    def _pass_on(self, room: Room, member: Member, message: News) -> None:
        if message["type"] == "request" and member.who.side != PROFESSIONAL:
            raise BadShape
        target = room.members.get(message["to"])
        if target is None or target is member or target.socket is None:
            assert member.socket is not None
            member.socket.tell(type="error", code="absent", to=message["to"])
            return
        passed = {key: message[key] for key in message.keys() - {"to"}}
        target.socket.tell(**passed, **{"from": member.who.participant_id, "tab": member.tab})

    # Going

    def _lost(self, member: Member) -> None:
        """The socket is gone; the person keeps the place for GRACE seconds: a reload is no absence."""
        member.socket = None
        room = self.rooms.get(member.who.room_id)
        if room is None or room.members.get(member.who.participant_id) is not member:
            return
        loop = asyncio.get_running_loop()
        member.leaving = loop.call_later(GRACE, lambda: self._drop(room, member, reason="lost"))

    def _drop(self, room: Room, member: Member, *, reason: str) -> None:
        if room.members.get(member.who.participant_id) is not member:
            return
        del room.members[member.who.participant_id]
        if member.leaving:
            member.leaving.cancel()
        room.tell_others(member, type="left", participant=member.who.participant_id, reason=reason)
        if not room.members:
            self._forget(room)

    def _forget(self, room: Room) -> None:
        room.unsubscribe()
        if self.rooms.get(room.id) is room:
            del self.rooms[room.id]

    # News of the hub

    def _hear(self, room: Room, news: News) -> None:
        event = news.get("event")
        if event == "closed":
            if self.admits is None:  # who asks the database knows better: a doctor may call again
                self._bar(room.id, "")
            for member in list(room.members.values()):
                self._send_away(member, "closed", CLOSED)
            room.members.clear()
            self._forget(room)
            return
        if event == "removed":
            self._bar(room.id, str(news.get("participant", "")))
            gone = room.members.get(str(news.get("participant", "")))
            if gone:
                self._send_away(gone, "removed", REMOVED)
                self._drop(room, gone, reason="removed")
        words = {key: value for key, value in news.items() if key not in ("topic", "type")}
        for member in room.members.values():
            if member.socket:
                member.socket.tell(type="news", **words)

    def _send_away(self, member: Member, word: str, code: int) -> None:
        if member.leaving:
            member.leaving.cancel()
        if member.socket:
            member.socket.tell(type=word)
            member.socket.close(code)

    def _bar(self, room_id: str, participant_id: str) -> None:
        """A pass lives 15 minutes: until then this server remembers whom it sent away."""
        now = asyncio.get_running_loop().time()
        self.barred = {key: until for key, until in self.barred.items() if until > now}
        self.barred[room_id, participant_id] = now + PASS_LIFETIME.total_seconds()

    def _barred_code(self, who: RoomPass) -> int:
        now = asyncio.get_running_loop().time()
        if self.barred.get((who.room_id, ""), 0) > now:
            return CLOSED
        return REMOVED if self.barred.get((who.room_id, who.participant_id), 0) > now else 0


def same_site(origin: str, host: str, *, trusted: list[str], host_allowed: Callable[[str], bool]) -> bool:
    """The page is ours: a trusted origin, or the very host (and port) it speaks to, which must be one of ours."""
    if origin in trusted:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc == host and host_allowed(host)


def _text_of(event: MutableMapping[str, Any]) -> str:
    text = event.get("text")
    if not isinstance(text, str) or len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        raise BadShape
    return text


async def _finish(socket: Socket, writer: asyncio.Task[None]) -> None:
    """Let the last words out, two seconds at most."""
    socket.close(1000)
    _, late = await asyncio.wait({writer}, timeout=2)
    if late:
        writer.cancel()
        logger.info("a page did not take its last message in time")
