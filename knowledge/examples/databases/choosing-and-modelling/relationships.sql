-- Many-to-many, trees and polymorphic references. PostgreSQL 15.
-- region many-to-many
CREATE TABLE enrolments (                         -- the relation has data of its own, so it is a table with a name
    student_id bigint NOT NULL REFERENCES students (id) ON DELETE CASCADE,
    course_id  bigint NOT NULL REFERENCES courses (id),
    grade      smallint CHECK (grade BETWEEN 1 AND 6),
    PRIMARY KEY (student_id, course_id)
);
CREATE INDEX enrolments_course ON enrolments (course_id);   -- the other direction
-- endregion
-- region exclusive-arc
CREATE TABLE comments (                           -- belongs to a post or to a photo: exactly one, with foreign keys
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id  bigint REFERENCES posts (id) ON DELETE CASCADE,
    photo_id bigint REFERENCES photos (id) ON DELETE CASCADE,
    body     text NOT NULL,
    CHECK (num_nonnulls(post_id, photo_id) = 1)
);
CREATE INDEX comments_post  ON comments (post_id);    -- each foreign key: for the list, and for the cascade
CREATE INDEX comments_photo ON comments (photo_id);
-- endregion
-- region tree
WITH RECURSIVE below AS (
    SELECT id, parent_id, name, 1 AS depth FROM categories WHERE id = $1
    UNION ALL
    SELECT c.id, c.parent_id, c.name, b.depth + 1
    FROM categories c JOIN below b ON c.parent_id = b.id
    WHERE b.depth < 20                            -- a cycle must not run for ever
)
SELECT * FROM below;
-- endregion
