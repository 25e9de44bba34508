# region bad
FROM python:latest
ARG NPM_TOKEN
ENV DATABASE_PASSWORD=hunter2
COPY . /app
RUN pip install -r /app/requirements.txt
CMD cd /app && python manage.py migrate && python main.py
# endregion bad
