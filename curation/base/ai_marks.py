"""What a file may say about an AI that made it: the one list behind the column `ai_mark` of IMAGES.

A mark is what the file says of itself: it can be forged, and most copies on the web lost theirs."""

from __future__ import annotations

AI_MARKS = {
    "c2pa": "C2PA manifest",
    "iptc": "IPTC source type",
    "novelai": "NovelAI",
    "comfyui": "ComfyUI",
    "invokeai": "InvokeAI",
    "stable_diffusion": "Stable Diffusion",
    "midjourney": "Midjourney",
    "software": "name of another generator",
}
"""Every mark in words, in the order in which they are looked for: the first one found counts."""
