//! The admin site.

use crate::support::{Server, on_each_framework};

#[test]
fn the_admin_site_is_there_unless_it_is_switched_off() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        assert_eq!(server.api().get("/admin/login/").status, 200);
        drop(server);
        for server in [program().args(["--admin", "no"]), program().env("CHATAPI_ADMIN", "0")] {
            assert_eq!(Server::start(server).api().get("/admin/login/").status, 404);
        }
        let server = Server::start(program().env("CHATAPI_ADMIN", "yes"));
        assert_eq!(server.api().get("/admin/login/").status, 200);
    });
}
