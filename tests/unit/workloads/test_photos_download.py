"""Downloads from a real server on this machine that misbehaves in every way a web server does."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import workloads.photos
from tests.photo_server import PHOTOS, Server, running
from workloads import WorkloadError
from workloads.photos import CACHE_VARIABLE, PhotoWarning, fetch, generate, load_named
from workloads.photos.download import ADDRESSES, Download, addresses, download


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same retries with hundredths of the waits."""
    monkeypatch.setattr(fetch, "_BACK_OFF", 0.01)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name != "manifest.json")


def one(server: Server, folder: Path, path: str, **options: float) -> Download:
    """Download one path beside a good one, which must come whatever the other does."""
    good, url = server.urls("/good/2", path)
    got = download([good, url], folder, **{"timeout": 5, **options})
    assert got.files[good].read_bytes() == PHOTOS[2]
    assert names(folder) == sorted(file.name for file in got.files.values())
    assert set(got.files) | set(got.failed) == {good, url}
    return got


@pytest.mark.parametrize(
    ("path", "reason", "requests"),
    [
        ("/none", "the server answers 404 Not Found", 1),
        ("/broken/500", "the server answers 500 Internal Server Error", 4),
        ("/broken/403", "the server answers 403 Forbidden", 1),
        ("/truncated/always", "the body breaks off before its declared length", 3),
        ("/cut/always", "it can't be decoded: image file is truncated", 3),
        ("/html", "it is not a JPEG or PNG image", 1),
        ("/bomb", "decompression bomb", 1),
        ("/circle", "it redirects without end", 31),
    ],
)
def test_a_fault_costs_its_own_file_only(server: Server, tmp_path: Path, path: str, reason: str, requests: int):
    got = one(server, tmp_path, path)
    assert reason in got.failed[server.urls(path)[0]]
    assert server.requests[path] == requests


@pytest.mark.parametrize("path", ["/flaky/500", "/flaky/503", "/flaky/429", "/truncated/once", "/cut/once"])
def test_what_passes_is_tried_again(server: Server, tmp_path: Path, path: str):
    got = one(server, tmp_path, path)
    assert got.files[server.urls(path)[0]].read_bytes() == PHOTOS[0]
    assert server.requests[path] == 2


def test_a_redirect_is_followed(server: Server, tmp_path: Path):
    got = one(server, tmp_path, "/redirect")
    assert got.files[server.urls("/redirect")[0]].read_bytes() == PHOTOS[1]


@pytest.mark.parametrize("path", ["/silent", "/half"])
def test_a_stall_ends_with_the_time_out(server: Server, tmp_path: Path, path: str):
    got = one(server, tmp_path, path, timeout=0.2)
    assert got.failed == {server.urls(path)[0]: "nothing came from the server for 0.2 s"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/closed.jpg", "no connection"),
        ("file:///etc/passwd", "it is not a web address"),
        ("just words", "it is not a web address"),
        ("http://", "it is not a web address"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(tmp_path: Path, url: str, reason: str):
    assert reason in download([url], tmp_path, at_least=0).failed[url]
    assert names(tmp_path) == []


def test_a_file_above_the_size_limit_is_not_kept(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fetch, "MAX_BYTES", 1000)
    (url,) = server.urls("/good/0")
    assert download([url], tmp_path, at_least=0).failed == {url: "it is larger than 1,000 bytes"}
    assert names(tmp_path) == []


def test_file_names_cannot_collide_or_leave_the_folder(server: Server, tmp_path: Path):
    paths = [f"/good/{number}/..%2f..%2fsame.jpg" for number in range(3)] + ["/good/0?../../../../name.jpg"]
    folder = tmp_path / "photos"
    got = download(server.urls(*paths), folder)
    assert [file.read_bytes() for file in got.files.values()] == [*PHOTOS, PHOTOS[0]]
    assert [entry.name for entry in tmp_path.iterdir()] == ["photos"]
    assert len(names(folder)) == 4


def test_what_is_there_is_kept_and_what_is_not_is_fetched(server: Server, tmp_path: Path):
    urls = server.urls("/good/0", "/good/1", "/good/2")
    first = download([*urls, urls[0]], tmp_path)
    assert server.requests.total() == 3
    assert download(urls, tmp_path) == first
    assert server.requests.total() == 3
    first.files[urls[0]].unlink()
    first.files[urls[1]].write_bytes(b"something else")
    with pytest.warns(PhotoWarning) as caught:
        assert download(urls, tmp_path) == first
    assert [str(warning.message) for warning in caught] == [
        f"photograph changed: {first.files[urls[1]]} is not the file that was downloaded: it is fetched again"
    ]
    assert server.requests == {"/good/0": 2, "/good/1": 2, "/good/2": 1}
    assert [file.read_bytes() for file in first.files.values()] == PHOTOS


def test_the_manifest_says_what_each_file_is(server: Server, tmp_path: Path):
    urls = server.urls("/good/0", "/none")
    got = download(urls, tmp_path)
    width, height = generate.size_of(0.1)
    assert json.loads((tmp_path / "manifest.json").read_text()) == [
        {
            "url": urls[0],
            "file": got.files[urls[0]].name,
            "sha256": hashlib.sha256(PHOTOS[0]).hexdigest(),
            "bytes": len(PHOTOS[0]),
            "width": width,
            "height": height,
        }
    ]


def test_an_address_that_gives_another_photograph_than_before_is_named(server: Server, tmp_path: Path):
    (url,) = server.urls("/good/0")
    before = {"url": url, "file": "gone.jpg", "sha256": 64 * "a"}
    (tmp_path / "manifest.json").write_text(json.dumps([before]))
    now = hashlib.sha256(PHOTOS[0]).hexdigest()
    with pytest.warns(
        PhotoWarning, match=f"{url} gives another file than before: SHA-256 {now[:12]}, not aaaaaaaaaaaa"
    ):
        download([url], tmp_path)


def test_a_link_in_the_folder_is_replaced_and_what_it_leads_to_stays(server: Server, tmp_path: Path):
    urls, victim = server.urls("/good/0", "/good/1"), tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "photos"
    for file in download(urls, folder).files.values():
        file.unlink()
        file.symlink_to(victim)
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").symlink_to(victim)
    got = download(urls, folder)
    assert [file.read_bytes() for file in got.files.values()] == PHOTOS[:2]
    assert victim.read_text() == "mine"
    assert not any(file.is_symlink() for file in folder.iterdir())


@pytest.mark.parametrize("manifest", ["", "[1]", "{}", '[{"url": "/good/0"}]', '[{"url": 3, "file": "../../x"}]'])
def test_a_broken_manifest_costs_a_download_not_the_run(server: Server, tmp_path: Path, manifest: str):
    (tmp_path / "manifest.json").write_text(manifest)
    assert list(download(server.urls("/good/0"), tmp_path).files) == server.urls("/good/0")


def test_only_as_many_as_wanted_are_fetched_and_failures_are_made_up_for(server: Server, tmp_path: Path):
    got = download(server.urls("/none", "/good/0", "/good/1", "/good/2"), tmp_path, wanted=2, jobs=1)
    assert list(got.files) == server.urls("/good/0", "/good/1")
    assert "/good/2" not in server.requests


def test_too_few_is_an_error_that_keeps_what_came(server: Server, tmp_path: Path):
    with pytest.raises(WorkloadError, match=r"1 of at least 2 photographs came into .*/none: the server answers 404"):
        download(server.urls("/good/0", "/none"), tmp_path, at_least=2)
    assert len(names(tmp_path)) == 1
    with pytest.raises(WorkloadError, match=r"1 of at least 2 .*: there are only 1 addresses"):
        download(server.urls("/good/0"), tmp_path, at_least=2)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(WorkloadError, match="file/below"):
        download(["http://127.0.0.1:1/"], tmp_path / "file" / "below")


def test_as_a_source_it_repeats_what_stands_twice_and_warns_of_what_failed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    urls = server.urls("/good/0", "/none", "/good/1", "/good/0")
    monkeypatch.setattr(workloads.photos, "addresses", lambda: urls)
    monkeypatch.setattr(workloads.photos, "_ENOUGH", 2)
    with pytest.warns(PhotoWarning, match="/none: the server answers 404"):
        photos = load_named("urls", None, None)
    assert [data for _, data in photos] == [PHOTOS[0], PHOTOS[1], PHOTOS[0]]
    assert len(load_named("urls", 2, 0.08)) == 2
    assert server.requests["/good/0"] == 1


def test_our_list_has_the_sources_102_addresses_two_of_them_twice(tmp_path: Path):
    assert (len(addresses()), len(set(addresses()))) == (102, 100)
    assert all(url.startswith("https://") for url in addresses(ADDRESSES))
    (tmp_path / "none").write_text("# nothing yet\n\n")
    with pytest.raises(WorkloadError, match="lists no addresses"):
        addresses(tmp_path / "none")
    with pytest.raises(WorkloadError, match=r"missing.*name a text file"):
        addresses(tmp_path / "missing")
