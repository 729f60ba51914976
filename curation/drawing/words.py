"""The codes of the tables in plain words."""

from __future__ import annotations

_REASONS = {
    ("", ""): "kept",
    ("images", "unreadable"): "could not be read",
    ("duplicates", "duplicate"): "copies of a file that stays",
    ("duplicates", "label_conflict"): "copies filed under several classes",
    ("embeddings", "bad_feature"): "gave the network nothing usable",
    ("verdicts", "photo"): "photographs",
    ("verdicts", "unsure"): "photograph or illustration, unsure",
    ("human", "photo"): "called photographs by a person",
    ("human", "human"): "by a person",
}
_SAID = {
    ("outcome", "kept"): "kept",
    ("outcome", "rejected"): "rejected",
    ("medium", "illustration"): "called an illustration",
    ("medium", "photo"): "called a photograph",
    ("copy", "keep"): "chosen among its copies",
}

_UNDECODABLE = (
    "The file promises a picture, but its bytes are damaged or incomplete, and nobody can tell "
    "what is missing."
)
_ERRORS = {
    "broken": _UNDECODABLE,
    "changed_during_run": "The file changed while it was being read. Run again when nothing writes "
    "into the folder.",
    "decoder_died": "The decoder crashed on it. Files made to attack a decoder do that, and so do "
    "damaged ones.",
    "empty": "The file holds no bytes.",
    "file_too_big": "The file is larger than the setting images.max_file_mb allows, so it was not "
    "read.",
    "format_not_allowed": "A picture or document of a kind that is not read here. JPEG, PNG, WebP, "
    "GIF, BMP, TIFF and "
    "AVIF are; convert it to one of them.",
    "link_broken": "A link whose target does not exist.",
    "link_inside": "A link to another file of this folder. That file is counted where it is.",
    "link_outside": "A link that leaves this folder. Links are not followed; copy the file to use "
    "it.",
    "memory": "Decoding it takes more memory than the setting images.memory_mb allows.",
    "not_a_regular_file": "A pipe, a device, a socket or a link in place of a file. Only regular "
    "files are read.",
    "not_an_image": "The bytes are no picture, whatever the name says; often a saved web page or "
    "error message.",
    "side_too_long": "One side has more than 65,500 pixels, more than a decoder takes.",
    "timeout": "Decoding took longer than the setting images.timeout_s allows, and was stopped.",
    "too_many_pixels": "It has more pixels than the setting images.max_megapixels allows. Small "
    "files that "
    "unfold into huge pictures are an attack; a real picture of this size needs a larger setting.",
    "unreadable": "The disk or the operating system refused to give its bytes. Check its "
    "permissions.",
    "unreadable_folder": "The folder could not be listed, so what it holds is unknown. Check its "
    "permissions.",
    "vanished": "The file was listed, and gone when it was to be opened.",
}


def why_key(outcome: str, stage: str, reason: str) -> str:
    """What the filter over the pictures, and an address of the page, call files with this outcome,
    stage and reason.

    >>> why_key("rejected", "verdicts", "photo")
    'rejected/verdicts/photo'
    """
    return f"{outcome}/{stage}/{reason}"


def outcome_in_words(outcome: str) -> str:
    """The outcome of files, for people.

    >>> outcome_in_words("review"), outcome_in_words("kept")
    ('for review', 'kept')
    """
    return "for review" if outcome == "review" else outcome


def reason_of_one(reason: str) -> str:
    """Why one file has its outcome, in a word or two.

    >>> reason_of_one("label_conflict"), reason_of_one("human")
    ('label conflict', 'by a person')
    """
    return "by a person" if reason == "human" else reason.replace("_", " ")


def decision_in_words(action: str, value: str) -> str:
    """What a person decided on a picture; the value of `different` is the path of the other one.

    >>> decision_in_words("label", "cat"), decision_in_words("different", "b.png")
    ('class cat', 'not a copy of b.png')
    """
    if action == "label":
        return f"class {value}"
    return f"not a copy of {value}" if action == "different" else _SAID[action, value]


def reason_in_words(stage: str, reason: str) -> str:
    """Why files have their outcome, in the plural; a reason that is not known here reads as it is.

    >>> reason_in_words("embeddings", "bad_feature"), reason_in_words("other", "too_dark")
    ('gave the network nothing usable', 'too dark')
    """
    return _REASONS.get((stage, reason), reason.replace("_", " "))


def error_in_words(error: str) -> str:
    """What the `error` of an IMAGES row means and what to do, in a sentence or two; "" for one that
    is not known here.

    >>> error_in_words("empty"), error_in_words("broken:OSError")[:20]
    ('The file holds no bytes.', 'The file promises a ')
    """
    return _ERRORS.get(error.partition(":")[0], "")
