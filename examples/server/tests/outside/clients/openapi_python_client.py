"""What a program does with the client that openapi-python-client generates: python FILE URL NAME PASSWORD."""

import sys

from client import AuthenticatedClient, Client
from client import models
from client.api.accounts import create_user, list_users, read_me
from client.api.messages import list_messages, send_message
from client.api.rooms import create_room
from client.api.tokens import create_token
from client.types import UNSET

url, name, password = sys.argv[1:]

tokens = create_token.sync(client=Client(base_url=url), body=models.CreateTokenBody(username=name, password=password))
api = AuthenticatedClient(base_url=url, token=tokens.access, raise_on_unexpected_status=True)
me = read_me.sync(client=api)
assert me.username == name
assert [user.id for user in list_users.sync(client=api, username=name).results] == [me.id]

room = create_room.sync(client=api, body=models.CreateRoomBody(name="Tea", users=[me.id]))
for content in ["one", "two", "three"]:
    sent = send_message.sync(client=api, body=models.SendMessageBody(room=room.id, content=content))
    assert sent.content == content, sent

page = list_messages.sync(client=api, room=room.id, limit=2, count=models.ListMessagesCount.EXACT)
assert isinstance(page, models.CursorPageOfMessages), page
assert (page.count, page.has_more_before, page.has_more_after) == (3, True, False), page
page = list_messages.sync(client=api, room=room.id)
assert isinstance(page, models.PageOfMessages), page
assert (page.count, [message.content for message in page.results]) == (3, ["one", "two", "three"]), page
assert list_messages.sync(client=api, room=room.id, limit=1, offset=1).results[0].content == "two"

refused = create_room.sync(client=api, body=models.CreateRoomBody(name="", users=[]))
assert isinstance(refused, models.CreateRoomErrors), refused
assert refused.users == ["This list may not be empty."] and refused.admin is UNSET, refused
anyone = Client(base_url=url, raise_on_unexpected_status=True)
account = create_user.sync(
    client=anyone, body=models.CreateUserBody(username=name + "2", password="zaq123wsx!Q", email="")
)
assert isinstance(account, models.User) and account.email == "", account
print("ok")
