from __future__ import annotations

from django.urls import path

from mikomi.hub.alerts.views import channels, inbox, mailbox, results, wishes

app_name = "alerts"
urlpatterns = [
    path("alerts/", inbox.mine, name="mine"),
    path("alerts/read/", inbox.read_all, name="read_all"),
    path("alerts/<int:number>/", inbox.open_alert, name="open"),
    path("alerts/result/<str:token>/", results.result, name="result"),
    path("settings/alerts/", wishes.wishes, name="wishes"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/inside/", channels.inside, name="inside"),
    path("settings/channels/new/<slug:kind>/", channels.new_channel, name="new_channel"),
    path("settings/channels/<int:number>/", channels.channel, name="channel"),
    path("settings/channels/<int:number>/test/", channels.test, name="test_channel"),
    path("settings/channels/<int:number>/pause/", channels.pause, name="pause_channel"),
    path("settings/channels/<int:number>/try/", channels.try_now, name="try_channel"),
    path("settings/channels/<int:number>/delete/", channels.delete, name="delete_channel"),
    path("settings/channels/deliveries/<int:number>/again/", channels.again, name="deliver_again"),
    path("settings/channels/deliveries/<int:number>/drop/", channels.drop, name="drop_delivery"),
    path("settings/mail-box/", mailbox.mailbox, name="mailbox"),
    path("settings/mail-box/<int:number>/", mailbox.mail, name="mail"),
]
