"""Story 25 (CN-A3): health food never goes out without saying that it is no medicine."""

from unittest.mock import patch

import pytest

from joey.sharing import poster
from joey.sharing.share import poster_of, share_of
from tests.cast import NOW, flask, listed, meis_shop, shared

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "says"), [("zh-hans", "本品不能代替药物"), ("en", "does not replace medicine")])
def test_caption_and_poster_say_that_it_replaces_no_medicine(language: str, says: str) -> None:
    health = shared(listed(meis_shop(), flask(title="蓝帽子 保健食品 蛋白粉", translations={})), "aaaaaa")
    cup = shared(listed(meis_shop(), flask(identity="2", external_id="2")), "bbbbbb")

    for link, is_said in ((health, True), (cup, False)):
        assert (says in share_of(link, language=language, now=NOW).caption) == is_said
        with patch.object(poster, "poster_png", return_value=b"") as drawn:
            poster_of(link, language=language, now=NOW)
        assert (says in drawn.call_args.args[0].title) == is_said
