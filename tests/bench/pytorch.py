"""Times PyTorch on one native core at what `cargo bench` times vitpad at: a training step with 64
images, and reading one image.

    pip install torch numpy safetensors
    python tests/bench/pytorch.py [--json]
"""
import json, pathlib, statistics, sys, time
import torch, torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "fixtures" / "golden"))
from write_golden import ViT

BATCH, ROUNDS = 64, 21


def milliseconds(work):
    for _ in range(5):
        work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    images, labels = torch.randn(BATCH, 1, 28, 28), torch.randint(10, (BATCH,))
    times = {}
    presets = {"reference": ViT(768, False), "default": ViT(128, True, dim=64, heads=4)}
    for name, model in presets.items():
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)

        def train():
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        model.train()
        training = milliseconds(train)
        model.eval()
        with torch.inference_mode():
            reading = milliseconds(lambda: model(images[:1]))
        times[name] = {"train": training, "infer": reading}
    if "--json" in sys.argv:
        print(json.dumps({"version": torch.__version__, "milliseconds": times}))
        return
    for name, ms in times.items():
        print(f"{name}: training step {ms['train']:.1f} ms, one image {ms['infer']:.2f} ms")


main()
