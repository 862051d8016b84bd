"""Dates in one form, and the byline and date that an article prints."""

from __future__ import annotations

from datetime import date

import pytest

from askvisit import dates, printed
from askvisit.dates import PartialDate

BODY = "\n\nThe mayor opened the bridge on Monday. A band played until late.\n"


class TestDates:
    @pytest.mark.parametrize(
        ("written", "iso"),
        [
            *(("2019-06-26", "2019-06-26"), ("2019-06", "2019-06"), ("2019", "2019")),
            *(("26 June 2019", "2019-06-26"), ("June 26, 2019", "2019-06-26")),
            *(("June 2019", "2019-06"), ("2019-06-28T10:30:00", "2019-06-28T10:30:00")),
            *((" 2019 ", "2019"), ("2020-02-29", "2020-02-29")),
            *(("12.05.2021", "2021-05-12"), ("3. 4. 2019", "2019-04-03")),
            *(("13/04/2019", "2019-04-13"), ("04-13-2019", "2019-04-13")),
            *(("04/04/2019", "2019-04-04"), ("2019/03/04", "2019-03-04")),
        ],
    )
    def test_keep_the_precision_that_they_have(self, written, iso):
        assert dates.to_iso(written) == iso

    @pytest.mark.parametrize(
        "written",
        [
            *("", "0000", "0000-01-01", "2019-13-01", "2019-02-29", "soon", "June 26"),
            *("2019 " * 1000, "5000 months ago", "3000 years ago", "in 9999 years", "1234567890"),
            *("12/31/99999", "31 February 2019", "2019-06-26T99:99"),
            *("03/04/2019", "3-4-2019", "03/04/2019 10:30"),  # March or April
        ],
    )
    def test_what_is_no_date_is_none(self, written):
        assert dates.to_iso(written) is None
        assert dates.days(written) is None

    @pytest.mark.parametrize(
        ("written", "first", "last"),
        [
            ("2019", date(2019, 1, 1), date(2019, 12, 31)),
            ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
            ("2019-06-28T10:30:00", date(2019, 6, 28), date(2019, 6, 28)),
        ],
    )
    def test_mean_all_days_of_a_month_or_a_year(self, written, first, last):
        assert dates.days(written) == (first, last)

    @pytest.mark.parametrize(
        ("stored", "day"),
        [
            ("2019-06-28", date(2019, 6, 28)),
            ("2019-06-28T10:00:00+02:00", date(2019, 6, 28)),
            *((text, None) for text in (None, "", "2019", "2019-06", "0000-01-01", "2019-02-30")),
            ("28 June 2019", None),
        ],
    )
    def test_only_a_whole_day_is_one_of_publication(self, stored, day):
        assert dates.publication_day(stored) == day

    def test_partial_ones_are_sorted_compared_and_written(self):
        parsed = [PartialDate.parse(text) for text in ("2019-06-01", "2019", "2019-06", "0987")]
        assert sorted(map(str, parsed)) == ["0987", "2019", "2019-06", "2019-06-01"]
        assert [found.precision for found in parsed] == ["day", "year", "month", "year"]
        assert parsed[2].last == date(2019, 6, 30)
        for wrong in ("19", "2019-6", "2019-13", "0000", "2019-02-29", "June 2019", "2019-06-01x"):
            with pytest.raises(ValueError):  # noqa: PT011 - the type is what is promised
                PartialDate.parse(wrong)


class TestByline:
    @pytest.mark.parametrize(
        ("line", "names"),
        [
            *(("By Ada Quill", "Ada Quill"), ("by Ada Quill in Riverton", "Ada Quill")),
            *(("By Ada Quill and Bo Reed", "Ada Quill, Bo Reed"), ("BY ADA QUILL", "ADA QUILL")),
            ("By Ada Quill, Bo Reed and Cy Moss", "Ada Quill, Bo Reed, Cy Moss"),
            ("Analysis by Gráinne O’Dea, Dublin", "Gráinne O’Dea"),
            ("From Jan van den Berg in Delft", "Jan van den Berg"),
            ("Report from Ada Quill and Bo Reed in Cairo", "Ada Quill, Bo Reed"),
            *(("By Ada Quill | 3 May 2021", "Ada Quill"), ("*By Ada Quill*", "Ada Quill")),
            *(("Words: Ada Quill", "Ada Quill"), ("Written by Ada J. Quill", "Ada J. Quill")),
            ("By Ada Quill, The Riverton Herald", "Ada Quill"),
        ],
    )
    def test_is_a_line_under_the_headline(self, line, names):
        text = f"A Bridge\n\n{line}{BODY}"
        found = printed.author(text)
        assert found.value == names
        assert text[found.start : found.end].startswith(names.split(",")[0])

    @pytest.mark.parametrize(
        "line",
        [
            *("By our correspondent in Mombasa", "By Staff Reporter, NASHIK", "Analysis", "By Ada"),
            *("From our energy desk", "By Ada Quill the bridge was opened.", "Contact: Ada Quill"),
            "By the Riverton News Agency",
            *("Profile: Ada Quill", "Interview: Ada Quill, mayor", "Report: Ada Quill in trouble"),
            *(
                "Opinion: Bridge Closures, Explained",
                "From New York",
                "Report from New York, Monday",
            ),
        ],
    )
    def test_what_names_nobody_is_none(self, line):
        assert printed.author(f"A Bridge\n\n{line}{BODY}") is None

    def test_may_stand_below_the_text_and_not_inside(self):
        assert printed.author(f"A Bridge{BODY}\nReporting by Ada Quill; Editing by Bo Reed\n")
        many = "\n\n".join(["It rained."] * 12)
        assert printed.author(f"A Bridge\n\n{many}\n\nBy Ada Quill\n\n{many}") is None

    @pytest.mark.parametrize("lines", [1, 2, 3])
    @pytest.mark.parametrize(
        "headline", ["Opinion: Brexit Is Dead", "From Wall Street, With Love", "By Royal Decree"]
    )
    def test_is_not_the_headline_of_a_short_article(self, headline, lines):
        text = "\n\n".join([headline, *["It rained."] * lines])
        assert printed.author(text) is None
        assert printed.author(f"{text}\n\nBy Ada Quill\n").value == "Ada Quill"


class TestDateline:
    @pytest.mark.parametrize(
        "line",
        [
            *("3 May 2021", "May 3, 2021", "Published: Monday, 3 May 2021", "2021-05-03"),
            *("Published on May 3rd, 2021 at 10:30 GMT", "By Ada Quill, 3 May 2021"),
            *("By Ada Quill | May 3, 2021", "RIVERTON, May 3, 2021 (Reuters) - The mayor left."),
        ],
    )
    def test_is_read_where_it_stands_by_itself(self, line):
        text = f"A Bridge\n\n{line}{BODY}"
        found = printed.date(text)
        assert found.value == "2021-05-03"
        assert "2021" in text[found.start : found.end]

    @pytest.mark.parametrize(
        "line",
        [
            *("RIVERTON, May 3 (Reuters) - The mayor left.", "Monday, 3 May", "03/05/2021"),
            *("31 February 2021", "On 3 May 2021 the mayor opened it.", "2021", "0000-05-03"),
            "By Ada Quill, who left on 3 May 2021 for a year in the south of the country",
            "3 May 2021 " * 12,
        ],
    )
    def test_what_may_be_another_day_is_none(self, line):
        assert printed.date(f"A Bridge\n\n{line}{BODY}") is None

    def test_a_thousand_dates_in_a_line_take_no_time(self):
        assert printed.date("A Bridge\n\n" + "3 May 2021, " * 1000 + BODY) is None
        assert printed.author("A Bridge\n\nBy " + "Ada Quill, " * 100_000 + BODY) is None
