"""The studio's routes, under /studio/."""

from django.urls import path

from joey.studio import home, lost_orders, money_pages, orders, own_accounts, pick, share, shelves, sign_in

urlpatterns = [
    path("", home.start),
    path("sign-in", sign_in.sign_in),
    path("sign-in/code", sign_in.enter_code),
    path("sign-out", sign_in.sign_out),
    path("confirm", sign_in.confirm),
    path("open", home.open_one),
    path("<slug:slug>/", home.home),
    path("<slug:slug>/settings", home.settings_page),
    path("<slug:slug>/tokens", home.tokens),
    path("<slug:slug>/accounts", own_accounts.own_accounts_page),
    path("<slug:slug>/accounts/<str:marketplace>", own_accounts.own_account_page),
    path("<slug:slug>/accounts/<str:marketplace>/remove", own_accounts.remove_own_account_page),
    path("<slug:slug>/pick", pick.pick),
    path("<slug:slug>/pick/suggestions", pick.suggestions),
    path("<slug:slug>/pick/add", pick.add),
    path("<slug:slug>/pick/undo", pick.undo),
    path("<slug:slug>/pick/show", pick.show_again),
    path("<slug:slug>/shelves", shelves.shelves),
    path("<slug:slug>/share", share.links),
    path("<slug:slug>/share/<uuid:listing_id>", share.share),
    path("<slug:slug>/visits", orders.visits),
    path("<slug:slug>/visits/<uuid:click_id>", orders.visit),
    path("<slug:slug>/orders", orders.orders),
    path("<slug:slug>/orders/<uuid:line_id>", orders.order),
    path("<slug:slug>/lost-orders", lost_orders.lost_orders),
    path("<slug:slug>/earnings", money_pages.earnings),
    path("<slug:slug>/payout", money_pages.payout),
    path("<slug:slug>/payout-details", money_pages.payout_details),
]
