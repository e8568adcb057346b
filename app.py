"""Opens the pipeline with the settings as they are and launches the page."""

from kimqa.api import default_pipeline
from kimqa.server import serve
from kimqa.settings import load_settings
from kimqa.ui import read_examples

if __name__ == "__main__":
    settings = load_settings()
    examples = read_examples(settings.examples_file)
    serve(
        default_pipeline(settings),
        settings.host,
        settings.port,
        lambda address: print(f"kimqa: the page is at {address}", flush=True),
        examples,
    )
