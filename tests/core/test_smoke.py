def test_world(world, foreign, sign_in):
    from parrcs.core.access import Role
    from pupils.models import Pupil

    assert Pupil.objects.count() == 7
    assert Pupil.objects.visible_to(world.access(Role.TEACHER)).count() == 3
    r = sign_in(Role.TEACHER).get("/")
    assert r.status_code == 200
