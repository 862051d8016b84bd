"""Store the vectors of the examples in `requests/intents.toml`: `python -m training.intents`."""

from askvisit import encoder
from askvisit.requests.intents import CLASSIFIER

if __name__ == "__main__":
    CLASSIFIER.store(encoder.load())
