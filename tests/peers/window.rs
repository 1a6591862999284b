//! A client's window: found by name, typed and clicked into, and closed as its user would.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState, Window as Id,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Makes the atoms that a window manager would have made: rdesktop only looks for those that exist.
/// The display forgets them when its last client leaves, so the connection must be kept.
pub(crate) fn prepare(display: &str) -> RustConnection {
    let (connection, _) = RustConnection::connect(Some(display)).expect("the display accepts clients");
    for name in ["WM_PROTOCOLS", "WM_DELETE_WINDOW"] {
        connection.intern_atom(false, name.as_bytes()).expect("an atom").reply().expect("an atom");
    }
    connection
}

/// A window on a display.
pub(crate) struct Window {
    connection: RustConnection,
    root: Id,
    id: Id,
}

impl Window {
    /// The visible top-level window whose title contains `name`, if there is one.
    pub(crate) fn find(display: &str, name: &str) -> Option<Self> {
        let (connection, screen) = RustConnection::connect(Some(display)).ok()?;
        let root = connection.setup().roots.get(screen)?.root;
        let children = connection.query_tree(root).ok()?.reply().ok()?.children;
        let id = children.into_iter().find(|id| title(&connection, *id).is_some_and(|title| title.contains(name)))?;
        Some(Self { connection, root, id })
    }

    /// Focuses the window, moves and clicks the mouse in it, and presses a key.
    pub(crate) fn use_it(&self) {
        let fake = |kind, detail, x, y| {
            self.connection
                .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
                .expect("XTEST")
                .check()
                .expect("XTEST");
        };
        self.connection.set_input_focus(InputFocus::PARENT, self.id, x11rb::CURRENT_TIME).expect("focus");
        for place in [200, 220, 240] {
            fake(MOTION_NOTIFY_EVENT, 0, place, place);
        }
        fake(BUTTON_PRESS_EVENT, 1, 0, 0);
        fake(BUTTON_RELEASE_EVENT, 1, 0, 0);
        // Key code 38 is the letter A on every X keyboard.
        fake(KEY_PRESS_EVENT, 38, 0, 0);
        fake(KEY_RELEASE_EVENT, 38, 0, 0);
        self.connection.flush().expect("flush");
    }

    /// Sends `WM_DELETE_WINDOW`: what a window manager sends for its close button.
    pub(crate) fn close(&self) {
        let atom =
            |name: &[u8]| self.connection.intern_atom(false, name).expect("an atom").reply().expect("an atom").atom;
        let delete = atom(b"WM_DELETE_WINDOW");
        let event = ClientMessageEvent::new(32, self.id, atom(b"WM_PROTOCOLS"), [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        self.connection.send_event(false, self.id, EventMask::NO_EVENT, event).expect("a message");
        self.connection.flush().expect("flush");
    }
}

fn title(connection: &RustConnection, id: Id) -> Option<String> {
    let viewable = connection.get_window_attributes(id).ok()?.reply().ok()?.map_state == MapState::VIEWABLE;
    let property = connection.get_property(false, id, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 256).ok()?.reply().ok()?;
    viewable.then(|| String::from_utf8_lossy(&property.value).into_owned())
}
