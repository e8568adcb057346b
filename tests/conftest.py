"""One small index for the whole run, apart from the user's: the shipped articles and three invented ones."""

import os
import shutil

import pytest

from kimqa.pipeline import Pipeline
from kimqa.settings import Settings, default_home

HARBOUR = """---
title: "Arlen harbour reopens after six weeks of work"
outlet: "The Tidewater Post"
author: "Ada Brook"
published: 2024-03-04
url: "https://tidewater.example/harbour"
---

The port of Arlen reopened on Monday after six weeks of repairs that cost the city 2.3 million crowns.

The mayor, Ines Calder, cut the ribbon at noon in front of about 400 people. She thanked the divers who had worked through the winter, and said that the eastern quay would now last for another fifty years.

Tom Reyes, who leads the opposition in the city council, stayed away from the ceremony. He said that the repairs had been paid for with money that was meant for schools.
"""
WIRE = """A freight train left the rails near the town of Kolm early on Wednesday, and eleven of its wagons rolled down an embankment into the river Senn, the railway company said.

Nobody was hurt. The driver, Marta Lindqvist, had slowed down because she saw that the track was under water. Engineers expect to reopen the line between Kolm and Velm on Sunday, once a crane has lifted the wagons out of the river. Until then, passengers are carried by bus.
"""
WIRE_IN_NEWS = f"""---
title: "Freight train derails near Kolm"
outlet: "Harbour Daily News (HDN)"
published: 2024-05-08
---

{WIRE}"""
WIRE_ON_RADIO = f"""---
title: "Eleven wagons fall into the Senn"
outlet: "Union Radio"
published: 2024-05-09
---

{WIRE}"""
INVENTED = {"harbour.md": HARBOUR, "train-news.md": WIRE_IN_NEWS, "train-radio.md": WIRE_ON_RADIO}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    """No test sees the settings of the shell that it is run from."""
    for name in [name for name in os.environ if name.startswith("KIMQA_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The settings of a built index over the shipped and the invented articles."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(default_home() / "corpus", home / "corpus")
    for name, text in INVENTED.items():
        (home / "corpus" / name).write_text(text, encoding="utf-8")
    settings = Settings(home=home, threads=1)
    _lend_encoder(settings)
    Pipeline.build(settings)
    return settings


@pytest.fixture(scope="session")
def pipeline(built):
    """The opened pipeline of `built`, shared: it is not to be synced or closed."""
    opened = Pipeline.open(built)
    yield opened
    opened.close()


def _lend_encoder(settings):
    """Copy the exported encoder of the checkout, if it has one: exporting takes longer than all the tests together.

    The sync compares the digest of the model, and exports anew if the copy is another or not whole.
    """
    exported = [default_home() / "vectorstore" / name for name in ("encoder.onnx", "encoder.json", "tokenizer.json")]
    if all(file.is_file() for file in exported):
        settings.vectorstore_folder.mkdir()
        for file in exported:
            shutil.copy(file, settings.vectorstore_folder)
