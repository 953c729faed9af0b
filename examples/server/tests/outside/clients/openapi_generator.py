"""What a program does with the client that OpenAPI Generator generates: python FILE URL NAME PASSWORD."""

import sys

import openapi_client as generated
from openapi_client import models

url, name, password = sys.argv[1:]

anyone = generated.ApiClient(generated.Configuration(host=url))
tokens = generated.TokensApi(anyone).create_token(models.CreateTokenBody(username=name, password=password))
api = generated.ApiClient(generated.Configuration(host=url, access_token=tokens.access))
accounts, rooms, messages = generated.AccountsApi(api), generated.RoomsApi(api), generated.MessagesApi(api)
me = accounts.read_me()
assert me.username == name
assert [user.id for user in accounts.list_users(username=name).results] == [me.id]

room = rooms.create_room(models.CreateRoomBody(name="Tea", users=[me.id]))
for content in ["one", "two", "three"]:
    sent = messages.send_message(models.SendMessageBody(room=room.id, content=content))
    assert sent.content == content, sent

page = messages.list_messages(room=room.id, limit=2, count="exact").actual_instance
assert isinstance(page, models.CursorPageOfMessages), page
assert (page.count, page.has_more_before, page.has_more_after) == (3, True, False), page
page = messages.list_messages(room=room.id).actual_instance
assert isinstance(page, models.PageOfMessages), page
assert (page.count, [message.content for message in page.results]) == (3, ["one", "two", "three"]), page
account = generated.AccountsApi(anyone).create_user(
    models.CreateUserBody(username=name + "3", password="zaq123wsx!Q", email="")
)
assert account.email == "", account
try:
    rooms.create_room(models.CreateRoomBody(name="Tea", users=[me.id], admin=999999))
    raise AssertionError("a room with an admin who does not exist")
except generated.exceptions.BadRequestException as refused:
    assert refused.data.admin == ['Invalid pk "999999" - object does not exist.'], refused
print("ok")
