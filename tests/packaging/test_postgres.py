import psycopg
import pytest

from testing import postgres


def connect(env):
    return psycopg.connect(
        host=env["PGHOST"], port=env["PGPORT"], user=env["PGUSER"], dbname="postgres"
    )


def test_server_lives_as_long_as_the_block_even_when_it_fails():
    with pytest.raises(ZeroDivisionError), postgres() as env:  # noqa: PT012
        with connect(env) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        raise ZeroDivisionError
    with pytest.raises(psycopg.OperationalError):
        connect(env)
