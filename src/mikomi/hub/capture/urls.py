from __future__ import annotations

from django.urls import path, re_path

from mikomi.hub.capture.views import (
    campaigns,
    documents,
    forms,
    giving,
    networks,
    privacy,
    public,
    submissions,
    tag,
)

_SLUG = r"(?P<slug>[a-z0-9][a-z0-9-]{0,59})"

app_name = "capture"
urlpatterns = [
    path("settings/tag/", tag.tags, name="tags"),
    path("settings/tag/<int:number>/", tag.tag, name="tag"),
    path("settings/tag/<int:number>/switch/", tag.switch, name="tag_switch"),
    path("settings/tag/<int:number>/arriving/", tag.arriving, name="tag_arriving"),
    path("settings/tag/<int:number>/check/", tag.check_page, name="tag_check"),
    path("settings/tag/<int:number>/missing/", tag.check_missing, name="tag_missing"),
    path("settings/privacy/", privacy.privacy, name="privacy"),
    path("settings/privacy/publisher/", privacy.publisher, name="privacy_publisher"),
    path("settings/privacy/linking/", privacy.linking, name="privacy_linking"),
    path("settings/privacy/retention/", privacy.retention, name="privacy_retention"),
    path("visiting/networks/", networks.networks, name="networks"),
    path("transmission/", privacy.transmission, name="transmission"),
    path("forms/", forms.forms, name="forms"),
    path("forms/new/", forms.new_form, name="new_form"),
    path("forms/pitches/", submissions.pitch_words, name="pitch_words"),
    path("forms/<int:number>/", forms.edit_form, name="edit_form"),
    path("forms/<int:number>/preview/", forms.preview, name="preview_form"),
    path("forms/<int:number>/share/", forms.share_form, name="share_form"),
    path("forms/<int:number>/close/", forms.close_form, name="close_form"),
    path("forms/<int:number>/reopen/", forms.reopen_form, name="reopen_form"),
    path("forms/<int:number>/delete/", forms.delete_form, name="delete_form"),
    path("forms/<int:number>/submissions/", submissions.submissions, name="submissions"),
    path("forms/<int:number>/submissions/file/", submissions.export, name="submissions_file"),
    path("forms/<int:number>/submissions/<int:sent>/", submissions.submission, name="submission"),
    path("forms/<int:number>/submissions/<int:sent>/judge/", submissions.judge, name="judge"),
    path("forms/<int:number>/submissions/<int:sent>/exclude/", submissions.exclude, name="exclude_sender"),
    path("forms/<int:number>/submissions/<int:sent>/release/", submissions.release, name="release"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new_campaign, name="new_campaign"),
    path("campaigns/<int:number>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:number>/edit/", campaigns.edit_campaign, name="edit_campaign"),
    path("campaigns/<int:number>/archive/", campaigns.archive_campaign, name="archive_campaign"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:number>/", documents.document, name="document"),
    path("documents/<int:number>/links/", documents.add_link, name="add_link"),
    path("documents/<int:number>/links/<int:link>/end/", documents.end_link, name="end_link"),
    path("documents/<int:number>/ended/", documents.set_ended, name="end_document"),
    path("d/<str:token>/", giving.give, name="give"),
    path("f/confirm/<str:token>/", public.confirm, name="confirm"),
    re_path(rf"^f/{_SLUG}\.js$", public.script, name="form_script"),
    re_path(rf"^f/{_SLUG}/thanks$", public.thanks, name="thanks"),
    re_path(rf"^f/{_SLUG}$", public.form, name="form"),
]
