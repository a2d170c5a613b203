"""Doing one thing from the launchpad: its configuration, and that it touches nothing else."""

import os
from datetime import date, datetime
from pathlib import Path
from unittest import mock

import dagster as dg
import polars as pl
import pytest
import time_machine
from polars.testing import assert_frame_equal

from analytics.contracts import TABLES
from analytics.stacks import load
from assets.request import Request, UnknownNameError
from assets.warehouse import connect
from pipelines.definitions import compose
from pipelines.home import Home
from pipelines.refresh import instance_of, refresh
from pipelines.schedules import ZONE
from pipelines.settings import Settings
from tests.live.homes import Place
from tests.pipelines.days import COMPANIES
from tests.standins import StandIn, World

MONDAY = date(2026, 11, 9)
EVENING = datetime(2026, 11, 9, 18, 31, tzinfo=ZONE)


def settings_of(place: Place, standin: StandIn) -> Settings:
    with mock.patch.dict(os.environ, place.environment(standin), clear=True):
        return Settings()


def launched(settings: Settings, job: str, **request: object) -> dg.ExecuteInProcessResult:
    """Run a job as the launchpad does, with `request` as it would be typed there."""
    with instance_of(Home.at(settings.home)) as instance:
        return (
            compose(settings)
            .resolve_job_def(job)
            .execute_in_process(
                instance=instance, run_config={"resources": {"request": {"config": request}}}, raise_on_error=False
            )
        )


def made_from(home: Path, table: str) -> dict[str, str]:
    """By company, what its part of a table was made from."""
    with connect(home / "warehouse.duckdb", read_only=True) as database:
        rows = database.execute(
            "SELECT part, made_from FROM bookkeeping.made WHERE table_name = ? AND part IS NOT NULL", [table]
        ).fetchall()
    return dict(rows)


def test_one_company_is_asked_for_and_made_alone_and_equals_a_rebuild(place: Place):
    world = World(MONDAY, COMPANIES)
    world.add_quarter("nvidia", filed=MONDAY)
    before = made_from(place.home, "core.company_quarters")
    assert set(before) == set(COMPANIES)
    with StandIn(world) as standin, time_machine.travel(EVENING, tick=True):
        settings = settings_of(place, standin)
        result = launched(settings, "refresh", companies=["nvidia"])
        assert result.success
        subjects = {entry.subject for entry in standin.requests.entries()} - {""}
        assert subjects == {"CIK0001045810", "NVDA"}
        after = made_from(place.home, "core.company_quarters")
        assert after["samsung-electronics"] == before["samsung-electronics"] and after["nvidia"] != before["nvidia"]
        quarters = place.data("core.company_quarters").filter(company_id="nvidia", item="revenue")
        assert quarters["period_end"].max() == date(2026, 7, 26)
        mine = {t.full_name: place.data(t.full_name) for t in TABLES if t.schema != "raw"}

        assert refresh(settings, lambda *_: None, request=Request(ask=False), anew=True).failures == ()
        for name, frame in mine.items():
            assert_frame_equal(place.data(name), frame)


def test_publishing_alone_asks_nobody_and_derives_nothing(place: Place):
    with StandIn(World(MONDAY, COMPANIES)) as standin, time_machine.travel(EVENING, tick=True):
        result = launched(settings_of(place, standin), "publish", ask=False)
        assert result.success
        assert len(standin.requests) == 0
    made = {key.path[0] for e in result.get_asset_materialization_events() if (key := e.asset_key)}
    assert made == {"published"}


def test_the_launchpad_opens_with_what_each_job_is_for_and_documents_every_field():
    repository = compose(Settings()).get_repository_def()
    opens = {"sweep": {"everything": True}, "rebuild": {"ask": False, "read_again": True}, "publish": {"ask": False}}
    for job, fields in opens.items():
        found = repository.get_job(job).run_config
        assert found == {"resources": {"request": {"config": fields}}}
    assert all(field.description for field in Request.model_fields.values())


def test_a_field_that_is_none_is_refused_before_anything_runs():
    job = compose(Settings()).resolve_job_def("refresh")
    with pytest.raises(dg.DagsterInvalidConfigError, match="compnies"):
        dg.validate_run_config(job, {"resources": {"request": {"config": {"compnies": ["nvidia"]}}}})


def test_layers_stand_for_their_members_and_unknown_names_are_told_with_near_ones():
    stacks = load()
    members = stacks.memberships.filter(pl.col("lens") == "ecosystem", pl.col("layer") == "neoclouds")
    asked = Request(layers=["ecosystem/neoclouds"]).chosen(stacks)
    assert asked == sorted(set(members["company_id"])) and "coreweave" in asked
    assert "nvidia" in Request(layers=["ecosystem/neoclouds"], companies=["nvidia"]).chosen(stacks)
    assert Request(everything=True).chosen(stacks) == sorted(stacks.companies["company_id"])
    assert Request().chosen(stacks) == []
    with pytest.raises(UnknownNameError, match="did you mean nvidia"):
        Request(companies=["nvidai"]).chosen(stacks)
    with pytest.raises(UnknownNameError, match="no layer 'neocloudz'; did you mean"):
        Request(layers=["neocloudz"]).chosen(stacks)
