import io
import uuid

import pytest

from upload_ticket import LIMIT, complete, create_ticket


class FakeS3:
    """The three calls, with the names and shapes of boto3."""

    def __init__(self):
        self.objects, self.policies = {}, []

    def generate_presigned_post(self, bucket, key, Fields, Conditions, ExpiresIn):
        self.policies.append((key, Conditions, ExpiresIn))
        return {"url": "https://example-uploads.store.example", "fields": {**Fields, "key": key}}

    def get_object(self, Bucket, Key, Range):
        content_type, data = self.objects[Key]
        return {"ContentType": content_type, "Body": io.BytesIO(data[:16]), "ETag": '"e"'}

    def delete_object(self, Bucket, Key):
        del self.objects[Key]


def uploaded(s3, data, content_type="image/png"):
    ticket = create_ticket(s3, "acc1", content_type)
    s3.objects[ticket["form"]["fields"]["key"]] = (content_type, data)
    return ticket["upload_id"]


def test_the_policy_limits_size_type_and_time():
    s3 = FakeS3()
    create_ticket(s3, "acc1", "image/png")
    key, conditions, seconds = s3.policies[0]
    assert ["content-length-range", 1, LIMIT] in conditions and {"Content-Type": "image/png"} in conditions
    assert seconds == 300 and key.startswith("incoming/acc1/")
    with pytest.raises(ValueError, match="unsupported"):
        create_ticket(s3, "acc1", "text/html")


def test_a_html_page_that_says_png_is_deleted():
    s3 = FakeS3()
    upload_id = uploaded(s3, b"<html><script>alert(1)</script>")
    with pytest.raises(ValueError, match="claims"):
        complete(s3, "acc1", upload_id)
    assert s3.objects == {}


def test_real_png_goes_to_the_scanner_and_other_accounts_cannot_complete_it():
    s3 = FakeS3()
    upload_id = uploaded(s3, b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
    assert complete(s3, "acc1", upload_id)["state"] == "scanning"
    with pytest.raises(KeyError):
        complete(s3, "acc2", upload_id)
    with pytest.raises(ValueError):
        complete(s3, "acc1", "../acc2/" + str(uuid.uuid4()))
