"""The time that a question asks about, reckoned from the day it is asked."""

from __future__ import annotations

from datetime import date

import pytest

from askvisit.dates.asked import (
    AskedTime,
    asked,
    asks_of_the_beginning,
    asks_of_the_present,
)

TODAY = date(2019, 6, 26)  # a Wednesday


def time(question: str, today: date = TODAY) -> AskedTime:
    found = asked(question, today)
    assert found is not None
    assert found.today == today
    return found


def days_of(question: str, today: date = TODAY) -> str:
    first, last = time(question, today).period
    return f"{first} to {last}"


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("What happened yesterday?", "2019-06-25 to 2019-06-25"),
        ("What did the mayor say last week?", "2019-06-17 to 2019-06-23"),
        ("What is planned this week?", "2019-06-24 to 2019-06-30"),
        ("What comes next week?", "2019-07-01 to 2019-07-07"),
        ("WHAT DID SHE SAY LAST WEEK?", "2019-06-17 to 2019-06-23"),
        ("Who won last weekend?", "2019-06-22 to 2019-06-23"),
        ("Who plays this weekend?", "2019-06-29 to 2019-06-30"),
        ("Who plays the coming weekend?", "2019-07-06 to 2019-07-07"),
        ("What closed in the past three months?", "2019-03-28 to 2019-06-26"),
        ("What closed in the last 10 days?", "2019-06-16 to 2019-06-26"),
        ("What closed in the past year?", "2018-06-26 to 2019-06-26"),
        ("What opens in the next few days?", "2019-06-26 to 2019-06-29"),
        ("What opened in the past couple of weeks?", "2019-06-05 to 2019-06-26"),
        ("Who resigned two weeks ago?", "2019-06-10 to 2019-06-16"),
        ("Who resigned a week ago?", "2019-06-17 to 2019-06-23"),
        ("Who resigned two days ago?", "2019-06-24 to 2019-06-24"),
        ("What closed last month?", "2019-05-01 to 2019-05-31"),
        ("What closed last year?", "2018-01-01 to 2018-12-31"),
        ("What opens next month?", "2019-07-01 to 2019-07-31"),
        ("What closed in 2018?", "2018-01-01 to 2018-12-31"),
        ("What closed in March 2019?", "2019-03-01 to 2019-03-31"),
        ("What closed on 3 May 2019?", "2019-05-03 to 2019-05-03"),
        ("What closed on 2019-05-03?", "2019-05-03 to 2019-05-03"),
        ("What has closed since 2019-05-03?", "2019-05-03 to 2019-06-26"),
        ("What closed before 13.5.2019?", "0001-01-01 to 2019-05-12"),
        ("Who opened the bridge in May?", "2019-05-01 to 2019-05-31"),
        ("Who opened the bridge on Tuesday?", "2019-06-25 to 2019-06-25"),
        ("What has closed since 2018?", "2018-01-01 to 2019-06-26"),
        ("What has closed since the end of March 2019?", "2019-03-01 to 2019-06-26"),
        ("Since yesterday, what has closed?", "2019-06-25 to 2019-06-26"),
        ("What closed over the last year?", "2018-06-26 to 2019-06-26"),
        ("What closed in the last weeks?", "2019-06-05 to 2019-06-26"),
        ("What closed in the past week?", "2019-06-19 to 2019-06-26"),
        ("What has closed since last week?", "2019-06-17 to 2019-06-26"),
        ("What closed after 3 May 2019?", "2019-05-04 to 2019-06-26"),
        ("What closed between 2015 and 2017?", "2015-01-01 to 2017-12-31"),
        ("What closed from March 2018 to May 2018?", "2018-03-01 to 2018-05-31"),
        ("What closed in 2015 and 2017?", "2015-01-01 to 2015-12-31"),
        ("What was shut last night?", "2019-06-25 to 2019-06-26"),
        *(
            (f"What was {recent}?", "2019-06-12 to 2019-06-26")
            for recent in ("shut recently", "the latest", "said at the moment", "said today")
        ),
    ],
)
def test_words_for_a_time_are_days(question, days):
    assert days_of(question) == days


@pytest.mark.parametrize("until", ["before March 2018", "until the end of 2018", "by May 2018"])
def test_what_was_before_a_day_may_be_of_any_day_before_it(until):
    asked_for = time(f"Who left {until}?")
    assert asked_for.first == date.min
    assert date(2018, 2, 28) <= asked_for.last <= date(2018, 12, 31)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor?",
        "What may happen to the bridge?",
        "Is it a thing of the past?",
        "What is new in the news?",
        "Who signed it on 06/07/2018?",  # the 6th of July, or the 7th of June
        "Who said that the knowledge of the lasting weeks is nowhere?",
        "",
    ],
)
def test_most_questions_name_no_time(question):
    assert asked(question, TODAY) is None


def test_of_several_times_the_most_precise_one_counts():
    assert days_of("What was said last week of the fire in 2018?") == "2019-06-17 to 2019-06-23"
    assert days_of("What was said in 2019 on 3 May 2019?") == "2019-05-03 to 2019-05-03"
    assert days_of("What does the current mayor say of 2018?") == "2018-01-01 to 2018-12-31"


def test_the_day_of_asking_is_what_a_time_is_reckoned_from():
    assert days_of("Who left yesterday?", date(2020, 3, 1)) == "2020-02-29 to 2020-02-29"
    assert days_of("Who left last week?", date(2019, 6, 24)) == "2019-06-17 to 2019-06-23"
    assert days_of("Who left last week?", date(2019, 6, 23)) == "2019-06-10 to 2019-06-16"


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Who left last week?", "2019-06-17", "2019-06-26"),
        ("Who left in 2018?", "2018-01-01", "2019-01-07"),  # papers tell of December in January
        ("Who left in March 2019?", "2019-03-01", "2019-04-07"),
        ("Who left recently?", "2019-06-12", "2019-06-26"),
        ("Who comes next week?", "2019-06-19", "2019-07-01"),  # papers tell of it before
        ("Who has left since 2018?", "2018-01-01", "2019-06-26"),
    ],
)
def test_an_article_that_can_tell_of_that_time_is_not_untimely(question, first, last):
    asked_for = time(question)
    assert asked_for.untimely(first) == asked_for.untimely(last) == 0
    assert asked_for.untimely(f"{last}T23:59:00") == 0
    before, after = (
        date.fromordinal(date.fromisoformat(day).toordinal() + step).isoformat()
        for day, step in ((first, -1), (last, 1))
    )
    assert 0 < asked_for.untimely(before) < 0.2
    assert 0 < asked_for.untimely(after) < 0.2


def test_an_article_is_the_more_untimely_the_farther_away_it_was_published():
    asked_for = time("Who left in March 2019?")
    earlier = ["2019-03-01", "2019-02-20", "2019-01-01", "2018-06-01", "2009-01-01"]
    later = ["2019-04-07", "2019-04-20", "2019-06-01", "2020-06-01", "2029-01-01"]
    for days in (earlier, later):
        far = [asked_for.untimely(day) for day in days]
        assert far == sorted(set(far))
        assert far[0] == 0
        assert 0.9 < far[-1] < 1


def test_of_a_long_time_the_same_distance_counts_less():
    week, year = time("Who left last week?"), time("Who left in 2018?")
    assert week.untimely("2019-06-10") == 0.5  # a week before
    assert 0 < year.untimely("2017-12-25") < 0.1


@pytest.mark.parametrize("published", [None, "", "2019", "2019-06", "in June", "2019-13-01"])
def test_without_a_full_date_it_is_unknown_whether_an_article_is_timely(published):
    assert time("Who left last week?").untimely(published) is None


def test_before_a_time_that_time_is_over():
    assert time("Who left before 2018?").last == date(2017, 12, 31)
    assert time("Who left until 2018?").last == date(2018, 12, 31)
    assert time("Who left before 2018?").untimely("2019-06-20") > 0.5


def test_of_yesterday_no_paper_told_before():
    assert time("What happened yesterday?").untimely("2019-06-24") > 0
    assert time("What happens tomorrow?").untimely("2019-06-24") == 0


@pytest.mark.parametrize("today", [date(1, 1, 2), date(9999, 12, 30)])
def test_times_that_no_calendar_has_are_none(today):
    for words in ("last week", "next week", "in the next 99 years", "99 weeks ago", "next summer"):
        found = asked(f"What happens {words}?", today)
        assert found is None or found.first <= found.last
    end = asked("What happened on 9999-12-31?", TODAY)
    assert end is not None
    assert end.untimely("2019-06-20") == 0


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        *(("How many died at first?", True), ("What was it originally to cost?", True)),
        *(("What did they initially offer?", True), ("Who had the vote at first reading?", False)),
        *(("Where is the original?", False), ("Who was first?", False)),
    ],
)
def test_a_question_may_ask_of_the_beginning(question, wants):
    assert asks_of_the_beginning(question) is wants


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        *(("Is the pipeline open?", True), ("Who's the mayor?", True), ("Who led it?", False)),
        *(("What has become of her?", True), ("Where was the ship?", False)),
        *(("Does he say that it was shut?", False), ("When will it open?", True)),
    ],
)
def test_a_question_may_ask_of_the_present(question, wants):
    assert asks_of_the_present(question) is wants
