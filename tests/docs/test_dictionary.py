"""The data dictionary is what the copy's COMMENTs say."""

from tests.docs.dictionary import PAGE, dictionary


def test_the_dictionary_is_the_copys_comments():
    assert PAGE.read_text(encoding="utf-8") == dictionary()
