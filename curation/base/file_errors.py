"""Why a file could not be read: the one list behind the column `error` of IMAGES."""

from __future__ import annotations

from typing import NamedTuple


class FileError(NamedTuple):
    """One thing that stops a file from being read. `name` is its code, which a detail may follow
    after a colon; `words` say what it means and what to do. A `transient` one is of the moment or
    of the file, not of its bytes, so another run tries again."""

    name: str
    words: str
    transient: bool = False


FILE_ERRORS = (
    FileError(
        "archive_damaged",
        "The archive could not be read to its end, so what it holds besides the files that are "
        "listed is unknown. Get it again, or pack it anew.",
        transient=True,
    ),
    FileError(
        "broken",
        "The file promises a picture, but its bytes are damaged or incomplete, and nobody "
        "can tell what is missing.",
    ),
    FileError(
        "changed_during_run",
        "The file changed while it was being read. Run again when nothing writes into the folder.",
        transient=True,
    ),
    FileError(
        "decoder_died",
        "The decoder crashed on it. Files made to attack a decoder do that, and so do "
        "damaged ones.",
        transient=True,
    ),
    FileError(
        "decoder_missing",
        "A format that is read where its library is installed. Which one is said beside it: "
        "install it and run again, or export the picture as PNG.",
        transient=True,
    ),
    FileError(
        "empty",
        "The file holds no bytes.",
    ),
    FileError(
        "file_too_big",
        "The file is larger than the setting images.max_file_mb allows, so it was not read.",
        transient=True,
    ),
    FileError(
        "format_not_allowed",
        "A picture, document, video or archive of a kind that is not read here. Which one is said "
        "beside it, with what to do.",
    ),
    FileError(
        "kind_not_supported",
        "A sound picture, as far as can be told, but of a kind that is not read here. What kind "
        "is said beside it; save it as an ordinary PNG or JPEG.",
    ),
    FileError(
        "link_again",
        "A link, or a file behind one, that another link leads to as well. It is counted there.",
    ),
    FileError(
        "link_broken",
        "A link whose target does not exist.",
    ),
    FileError(
        "link_inside",
        "A link to another file of this folder. That file is counted where it is.",
    ),
    FileError(
        "link_outside",
        "A link that leaves this folder, and is not followed. Name the folder that it leads "
        "into with --link-root, or copy the file.",
    ),
    FileError(
        "member_damaged",
        "A file in an archive whose bytes are damaged there, or compressed in a way that is not "
        "known here. Unpack the archive by hand.",
        transient=True,
    ),
    FileError(
        "member_encrypted",
        "A file in an archive that is locked with a password. Unpack the archive by hand.",
        transient=True,
    ),
    FileError(
        "memory",
        "Decoding it takes more memory than the setting images.memory_mb allows.",
        transient=True,
    ),
    FileError(
        "not_a_regular_file",
        "A pipe, a device, a socket or a link in place of a file. Only regular files are read.",
        transient=True,
    ),
    FileError(
        "not_an_image",
        "The bytes are no picture, whatever the name says; often a saved web page or "
        "error message.",
    ),
    FileError(
        "outside_archive",
        "A file of an archive that lies elsewhere: its name leads out of the archive or is the "
        "name of a folder, or a table names it without its bytes.",
        transient=True,
    ),
    FileError(
        "refused_by_sandbox",
        "Its decoder asked for what the sandbox allows none of them: a file, another program, the "
        "network, or a library that was not loaded in time. If a sound picture does, report it.",
        transient=True,
    ),
    FileError(
        "side_too_long",
        "One side has more than 65,500 pixels, more than a decoder takes.",
    ),
    FileError(
        "timeout",
        "Decoding took longer than the setting images.timeout_s allows, and was stopped.",
        transient=True,
    ),
    FileError(
        "too_many_pixels",
        "It has more pixels than the setting images.max_megapixels allows. Small files "
        "that unfold into huge pictures are an attack; a real picture of this size needs "
        "a larger setting.",
    ),
    FileError(
        "unreadable",
        "The disk or the operating system refused to give its bytes. Check its permissions.",
        transient=True,
    ),
    FileError(
        "unreadable_folder",
        "The folder could not be listed, so what it holds is unknown. Check its permissions.",
    ),
    FileError(
        "vanished",
        "The file was listed, and gone when it was to be opened.",
        transient=True,
    ),
)
"""By name."""
