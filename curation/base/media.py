"""What a picture is held for: the values of the column `medium`, and of a person's answer to it."""

MEDIA = ("illustration", "unsure", "photo")
ILLUSTRATION, UNSURE, PHOTO = MEDIA
