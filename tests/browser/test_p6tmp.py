import pytest
from tests.browser.kit import LAPTOP, PHONE, App, overflow, shoot
pytestmark = pytest.mark.browser
P={"adoption":"/observatoire?area=12&from=2022Q4","reformes":"/observatoire/reformes?levier=fmt_zone&levier=fmt_assisted"}
def test_x(app, open_page):
    pass
    try:
        pass
        import urllib.request
        for n in ("svg","png","csv"):
            open(f"/tmp/w/p6_ref.{n}","wb").write(urllib.request.urlopen(f"{app.url}/observatoire/reformes.{n}?levier=fmt_zone&levier=fmt_assisted&levier=fmt_epidemic").read())
        for n,a in P.items():
            page=open_page(app.url+a) if False else open_page.__call__(a)
            page.wait_for_selector("html[data-ready]")
            for w,s in ((1366,LAPTOP),(390,PHONE)):
                page.set_viewport_size(s); page.screenshot(path=f"/tmp/w/p6_{n}_{w}.png",full_page=True); print(n,w,overflow(page))
                if n=="adoption" and w==390: page.locator("section:has(#tableau)").screenshot(path="/tmp/w/p6_table.png")
            page.pdf(path=f"/tmp/w/p6_{n}.pdf",format="A4",print_background=True)
    finally: pass
@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        yield app.start()
    finally:
        app.close()
