(function () {
  var tag = document.currentScript;
  if (!tag || !tag.parentNode) return;
  var own = new URL("{{ url|escapejs }}");
  own.searchParams.set("embed", "1");
  own.searchParams.set("mk_page", location.href.split("#")[0]);
  if (document.referrer) own.searchParams.set("mk_referrer", document.referrer);
  new URLSearchParams(location.search).forEach(function (value, name) {
    if (/^(utm_(source|medium|campaign|term|content)|[gy]clid|[gw]braid|fbclid|msclkid|ldtag_cl|li_fat_id|twclid)$/.test(name)) own.searchParams.set(name, value);
  });
  var lang = tag.getAttribute("data-lang");
  if (lang) own.searchParams.set("lang", lang);
  var visitor = tag.getAttribute("data-visitor");
  if (visitor) own.searchParams.set("mk_visitor", visitor);
  var source = tag.getAttribute("data-source");
  if (source) own.searchParams.set("mk_source", source);
  var frame = document.createElement("iframe");
  frame.src = own.href;
  frame.title = "{{ name|escapejs }}";
  frame.style.cssText = "width:100%;border:0;height:640px";
  tag.parentNode.insertBefore(frame, tag.nextSibling);
  addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || event.origin !== own.origin) return;
    var height = event.data && event.data.mikomiFormHeight;
    if (height > 0 && height < 20000) frame.style.height = height + "px";
  });
})();
