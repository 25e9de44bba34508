import uuid

BUCKET, LIMIT = "example-uploads", 20 * 1024 * 1024

# region upload
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "application/pdf": b"%PDF-"}


def create_ticket(s3, account: str, content_type: str) -> dict:
    """POST /v1/uploads: the server picks the key; the policy, which the store enforces, fixes type and size."""
    if content_type not in SIGNATURES:
        raise ValueError("unsupported type")  # 415
    key = f"incoming/{account}/{uuid.uuid4()}"  # never the client's file name
    form = s3.generate_presigned_post(
        BUCKET,
        key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, LIMIT]],
        ExpiresIn=300,
    )
    return {"upload_id": key.rsplit("/", 1)[1], "form": form}


def complete(s3, account: str, upload_id: str) -> dict:
    """POST /v1/uploads/{id}/complete: look at what really arrived before anything else may use it."""
    key = f"incoming/{account}/{uuid.UUID(upload_id)}"  # another account's upload is simply not there
    data = s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=0-15")
    head = data["Body"].read()
    if not head.startswith(SIGNATURES.get(data["ContentType"], b"\0never")):
        s3.delete_object(Bucket=BUCKET, Key=key)
        raise ValueError("the content is not what it claims to be")  # 422
    return {"state": "scanning", "etag": data["ETag"]}  # a scanner moves it on; until then nobody can download it
# endregion
