"""Search in Chinese: every pair of neighbouring characters is a word, in the index and in queries.

Sphinx' own `zh` asks jieba for the words of the index, but the browser has no jieba for those of
the query, so that it finds a phrase only where jieba happens to have kept it whole. (In Sphinx 9.0
it finds nothing at all: its script names a stemmer that does not exist.) Pairs are cut alike on
both sides and need no dictionary. Latin words are treated as in English.
"""

import re

from sphinx.search.en import SearchEnglish

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
RUNS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


class ChineseSearch(SearchEnglish):
    """Sphinx' search language `zh`."""

    lang = "zh"  # language_name stays "English": it names the stemmer in the browser
    js_splitter_code = rf"""
var splitQuery = (query) =>
  (query.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{Letter}}\p{{Number}}_])+/gu) || []).flatMap((run) =>
    /[{HAN}]/.test(run) && run.length > 1
      ? Array.from({{ length: run.length - 1 }}, (_, i) => run.slice(i, i + 2))
      : [run]);
"""

    def split(self, text):
        """Return the words of a text; single characters too, for queries of one."""
        words = []
        for run in RUNS.findall(text):
            if re.match(rf"[{HAN}]", run):
                words += [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
            else:
                words.append(run)
        return words


def setup(app):
    """Register the language with Sphinx."""
    app.add_search_language(ChineseSearch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
