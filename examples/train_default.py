"""Trains the shipped weights on MNIST with stock PyTorch modules.

The parameter names are those of the published code, so the file loads as it is in vitpad
(and in PyTorch). One CPU core is enough: about 75 seconds per epoch for `default`. How the shipped
files were made is in www/weights/README.md.

    pip install torch numpy safetensors
    python examples/train_default.py --mnist data --out www/weights/default.safetensors

The four MNIST files are read from --mnist, packed (.gz) or not. The file is written after
every epoch, in float16, and the accuracy printed is that of the rounded weights.
"""
import argparse, gzip, json, math, os, time
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import load_file, save_file

SHARED = {"image_size": 28, "patch_size": 4, "channels": 1, "classes": 10}
PRESETS = {
    "default": {**SHARED, "width": 64, "heads": 4, "layers": 4, "hidden": 128, "dropout": 0.0,
                "activation": "gelu", "norm": "pre", "layer_norm_eps": 1e-5},
    # The published model; its dropout of 0.001 makes no measurable difference, so none here.
    "reference": {**SHARED, "width": 16, "heads": 8, "layers": 4, "hidden": 768, "dropout": 0.0,
                  "activation": "gelu", "norm": "post", "layer_norm_eps": 1e-5},
}
MEAN, DEVIATION = 0.1307, 0.3081


class PatchEmbedding(nn.Module):
    def __init__(self, c):
        super().__init__()
        patches = (c["image_size"] // c["patch_size"]) ** 2
        conv = nn.Conv2d(c["channels"], c["width"], c["patch_size"], c["patch_size"])
        self.patcher = nn.Sequential(conv, nn.Flatten(2))
        self.cls_token = nn.Parameter(torch.randn(1, 1, c["width"]) * 0.02)
        self.position_embeddings = nn.Parameter(torch.randn(1, patches + 1, c["width"]) * 0.02)

    def forward(self, x):  # [batch, 1, 28, 28] -> [batch, 50, width]
        patches = self.patcher(x).transpose(1, 2)
        cls = self.cls_token.expand(len(x), -1, -1)
        return torch.cat((cls, patches), 1) + self.position_embeddings


class ViT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embeddings_block = PatchEmbedding(c)
        layer = nn.TransformerEncoderLayer(
            c["width"], c["heads"], c["hidden"], c["dropout"], c["activation"],
            c["layer_norm_eps"], batch_first=True, norm_first=c["norm"] == "pre")
        self.encoder_blocks = nn.TransformerEncoder(layer, c["layers"], enable_nested_tensor=False)
        self.mlp_head = nn.Sequential(nn.LayerNorm(c["width"], c["layer_norm_eps"]),
                                      nn.Linear(c["width"], c["classes"]))
        for p in self.encoder_blocks.parameters():  # clones of one layer: draw each afresh
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, x):  # [batch, 1, 28, 28] -> [batch, 10]
        return self.mlp_head(self.encoder_blocks(self.embeddings_block(x))[:, 0])


def read_idx(folder, name):
    path = f"{folder}/{name}"
    with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as f:
        data = f.read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape))
                            .reshape(shape).copy())


def load_mnist(folder):
    """(images [n, 1, 28, 28] in 0..1, labels [n]) for training and for test."""
    return [(read_idx(folder, f"{part}-images-idx3-ubyte").unsqueeze(1).float() / 255,
             read_idx(folder, f"{part}-labels-idx1-ubyte").long()) for part in ("train", "t10k")]


def uniform(count, limit):
    return (torch.rand(count) * 2 - 1) * limit


def warp(x):
    """Rotation, scale, shear, shift and a mild elastic bend, all in one resampling."""
    n, _, size, _ = x.shape
    angle, shear = uniform(n, math.radians(15)), uniform(n, 0.2)
    sx, sy = 1 + uniform(n, 0.15), 1 + uniform(n, 0.15)
    shift = uniform(2 * n, 2.0 * 2 / size).view(n, 2, 1)  # 2 pixels; the grid spans -1..1
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack((cos * sx, (cos * shear - sin) * sy,
                          sin * sx, (sin * shear + cos) * sy), 1).view(n, 2, 2)
    grid = F.affine_grid(torch.cat((matrix, shift), 2), x.shape, align_corners=False)
    # A deviation of 0.7 pixels at knots 7 pixels apart bends strokes without tearing them.
    knots = torch.randn(n, 2, 5, 5) * (0.7 * 2 / size) * (torch.rand(n, 1, 1, 1) * 1.5)
    bend = F.interpolate(knots, size=size, mode="bicubic", align_corners=True)
    return F.grid_sample(x, grid + bend.permute(0, 2, 3, 1), align_corners=False)


def restroke(x):
    """Thicker or thinner strokes, and edges as crisp as a drawing pad's, for half the images."""
    n = len(x)
    amount = (uniform(n, 1.0) * (torch.rand(n) < 0.5)).view(n, 1, 1, 1)
    thick, thin = F.max_pool2d(x, 3, 1, 1), -F.max_pool2d(-x, 3, 1, 1)
    # Erosion stops at 0.6: a stroke of one pixel would vanish.
    x = x + amount.clamp(min=0) * (thick - x) + (-0.6 * amount.clamp(max=0)) * (thin - x)
    gain = 1 + torch.rand(n, 1, 1, 1) * 1.5 * (torch.rand(n, 1, 1, 1) < 0.5)
    return ((x - 0.4) * gain + 0.4).clamp(0, 1)


def draw(lines, radius):
    """Lines [n, count, 2 ends, 2] in pixels, drawn with round pens into [n, 1, 28, 28]."""
    axis = torch.arange(28.0) + 0.5
    pixels = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).view(1, 1, -1, 2)
    start, along = lines[:, :, :1], lines[:, :, 1:] - lines[:, :, :1]
    part = ((pixels - start) * along).sum(-1) / along.square().sum(-1)
    nearest = start + part.clamp(0, 1).unsqueeze(-1) * along
    distance = (pixels - nearest).norm(dim=-1).amin(1)
    return (radius.view(-1, 1) + 0.5 - distance).clamp(0, 1).view(-1, 1, 28, 28)


def flagged_ones(n):
    """Ones with a flag and some with a foot: MNIST's writers hardly have them, many hands do."""
    def between(low, high):
        return low + torch.rand(n) * (high - low)

    height, lean = between(16, 19), between(-0.1, 0.35)
    nought = torch.zeros(n)
    top, bottom = torch.stack((lean * height, nought), 1), torch.stack((nought, height), 1)
    angle = lean.atan() + between(math.radians(25), math.radians(52))  # of the flag to the stem
    length = (height * between(0.18, 0.42)).unsqueeze(1)
    flag = top + torch.stack((-angle.sin(), angle.cos()), 1) * length
    foot = between(3, 6) * (torch.rand(n) < 0.4) + 0.01
    side = torch.stack((foot, nought), 1)
    lines = torch.stack((flag, top, top, bottom, bottom - side, bottom + side), 1).view(n, 3, 2, 2)
    weight = (lines[:, :, 0] - lines[:, :, 1]).norm(dim=-1).view(n, 3, 1, 1)
    mass = (lines * weight).sum((1, 2), keepdim=True) / (2 * weight.sum(1, keepdim=True))
    return draw(lines - mass + 14.5, between(0.8, 1.7))


def normalise(x):
    return (x - MEAN) / DEVIATION


@torch.no_grad()
def accuracy(model, images, labels):
    right = sum((model(normalise(x)).argmax(1) == y).sum().item()
                for x, y in zip(images.split(500), labels.split(500)))
    return 100 * right / len(labels)


def rounded(model, config):
    """A copy of the model with the weights that a float16 file holds."""
    copy = ViT(config)
    copy.load_state_dict({k: v.half().float() for k, v in model.state_dict().items()})
    return copy.eval()


def save(model, config, made_by, path):
    tensors = {k: v.detach().half().contiguous() for k, v in model.named_parameters()}
    meta = {"config": json.dumps(config, separators=(",", ":")), "made_by": made_by}
    save_file(tensors, path + ".part", meta)
    os.replace(path + ".part", path)


def main(a):
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    config = PRESETS[a.preset]
    (images, labels), test = load_mnist(a.mnist)
    model = ViT(config)
    if a.start:
        model.load_state_dict({k: v.float() for k, v in load_file(a.start).items()})
    optimizer = torch.optim.AdamW(model.parameters(), a.lr, weight_decay=0.05)
    steps = a.epochs * (len(images) // a.batch)
    warm_up = min(500, steps // 4)

    def rate(step):
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 + 0.5 * math.cos(math.pi * (step - warm_up) / (steps - warm_up))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    print(a.preset, sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    for epoch in range(1, a.epochs + 1):
        start, total = time.time(), 0.0
        order = torch.randperm(len(images))[:len(images) // a.batch * a.batch].split(a.batch)
        for rows in order:
            x = images[rows]
            if a.flagged:
                ones = (labels[rows] == 1) & (torch.rand(len(rows)) < a.flagged)
                x[ones] = flagged_ones(int(ones.sum()))
            x = normalise(restroke(warp(x)))
            loss = F.cross_entropy(model(x), labels[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        percent = accuracy(rounded(model, config), *test)
        print(f"epoch {epoch} loss {total / len(order):.4f} accuracy {percent:.2f} % "
              f"{time.time() - start:.0f} s", flush=True)
        save(model, config, f"examples/train_default.py --preset {a.preset} --epochs {a.epochs} "
             f"--lr {a.lr} --seed {a.seed} --flagged {a.flagged}"
             f"{' --start FILE' * bool(a.start)}; after epoch {epoch}: {percent:.2f} % of the MNIST "
             f"test set, torch {torch.__version__}", a.out)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--mnist", required=True, help="folder with the four MNIST files")
    p.add_argument("--preset", choices=PRESETS, default="default")
    p.add_argument("--epochs", type=int, default=24)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--flagged", type=float, default=0.0,
                   help="share of the ones that get a flag, and some a foot")
    p.add_argument("--start", help="weights to go on from")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", required=True)
    main(p.parse_args())
