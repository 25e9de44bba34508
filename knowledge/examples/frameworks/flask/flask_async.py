from flask import Flask

# region async_views
import asyncio


def create_async_app() -> Flask:
    app = Flask("async")

    @app.get("/fan-out")
    async def fan_out():  # needs flask[async]; the worker stays occupied for the whole 50 ms
        async with asyncio.TaskGroup() as group, asyncio.timeout(2):
            calls = [group.create_task(upstream(name)) for name in ("stock", "price", "tax")]
        return {"answers": [call.result() for call in calls]}

    @app.get("/lost")
    async def lost():
        task = asyncio.create_task(late_mail())
        await asyncio.sleep(0)  # it has started ...
        app.extensions["mail_task"] = task
        return {"queued": True}  # ... and is cancelled when this view's loop ends

    return app


async def upstream(name: str) -> str:
    await asyncio.sleep(0.05)
    return name


async def late_mail() -> None:
    await asyncio.sleep(0.2)
# endregion
