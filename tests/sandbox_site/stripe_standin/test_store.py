import os
import signal
import sqlite3
import subprocess
import sys

import pytest
import stripe

from sandbox_site.stripe_standin import Standin
from sandbox_site.stripe_standin.store import Store

from .conftest import client_of

GOOD = {"amount": 1200, "currency": "eur"}


def test_a_restart_keeps_what_was(tmp_path):
    with Standin(data=tmp_path) as standin:
        client = client_of(standin).v1
        intent = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    with Standin(data=tmp_path) as standin:
        client = client_of(standin).v1
        assert client.payment_intents.retrieve(intent.id).to_dict() == intent.to_dict()
        again = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
        assert again.id == intent.id
        assert len(client.events.list().data) == 1


def run(tmp_path, *options):
    command = [sys.executable, "-m", "sandbox_site.stripe_standin", "--port", "0"]
    return subprocess.Popen(
        [*command, "--data", str(tmp_path), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def client_of_process(process):
    url = process.stdout.readline().split()[-1]
    return stripe.StripeClient("sk_test_standin", base_addresses={"api": url}).v1


def end(process, number):
    os.kill(process.pid, number)
    process.wait(10)
    process.stdout.close()
    process.stderr.close()


def test_a_kill_keeps_what_was_answered(tmp_path):
    process = run(tmp_path)
    made = client_of_process(process).payment_intents.create(GOOD).id
    end(process, signal.SIGKILL)
    process = run(tmp_path)
    assert client_of_process(process).payment_intents.retrieve(made).id == made
    end(process, signal.SIGTERM)
    assert process.returncode == 0


def test_a_second_process_on_the_same_folder_is_turned_away(tmp_path):
    with Standin(data=tmp_path):
        second = run(tmp_path)
        _, said = second.communicate(timeout=20)
    assert second.returncode == 1
    assert "is in use" in said


def test_a_taken_port_is_said(tmp_path):
    with Standin(data=tmp_path / "one") as standin:
        port = standin.url.rsplit(":", 1)[1]
        second = run(tmp_path / "two", "--port", port)
        _, said = second.communicate(timeout=20)
    assert second.returncode == 1
    assert f"Port {port} cannot be used" in said


def thing(name):
    return {"id": name, "object": "thing", "created": 1}


def write_and_fail(store, name):
    with store.transaction():
        store.put(thing(name))
        raise ZeroDivisionError


def test_a_transaction_is_written_whole_or_not_at_all(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store, "a")
    assert store.get("thing", "a") is None


def test_an_inner_transaction_is_taken_back_alone(tmp_path):
    store = Store(tmp_path)
    with store.transaction():
        store.put(thing("a"))
        with pytest.raises(ZeroDivisionError):
            write_and_fail(store, "b")
    assert store.get("thing", "a")
    assert store.get("thing", "b") is None


def test_a_closed_store_answers_no_more(tmp_path):
    store = Store(tmp_path)
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.get("thing", "a")
