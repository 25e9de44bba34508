from rest_framework.routers import SimpleRouter

from django_shop.order_api import OrderViewSet, UnsafeOrderViewSet

router = SimpleRouter()
router.register("orders", OrderViewSet, basename="order")
router.register("unsafe", UnsafeOrderViewSet, basename="unsafe")
urlpatterns = router.urls
