from retry_layers import calls_at_the_bottom, layer


def test_attempts_multiply_over_the_layers():
    assert calls_at_the_bottom([3, 3, 3]) == 27
    assert calls_at_the_bottom([3, 3, 3, 3]) == 81
    assert calls_at_the_bottom([1, 1, 3]) == 3
    assert calls_at_the_bottom([3, 3]) == 9                # an application and its mesh


def test_a_retry_still_helps_against_a_blip():
    answers = iter([False, True])
    assert layer(lambda: next(answers), 2)()
