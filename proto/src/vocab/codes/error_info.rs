//! Set Error Info: why the server is about to disconnect.

use super::codes;

codes! {
    /// Error code of a Set Error Info PDU.
    ///
    /// MS-RDPBCGR 2.2.5.1.1. Three families: protocol-independent (with licensing and broker codes), and from
    /// 0x10c9 the server's complaints about single PDUs.
    pub struct ErrorInfo(u32), "SetErrorInfo.errorInfo", "MS-RDPBCGR 2.2.5.1.1" {
        ERRINFO_NONE = 0x0, "no error; the client ignores it";
        ERRINFO_RPC_INITIATED_DISCONNECT = 0x1, "an administrator's tool in another session disconnected this one";
        ERRINFO_RPC_INITIATED_LOGOFF = 0x2, "an administrator's tool in another session logged this one off";
        ERRINFO_IDLE_TIMEOUT = 0x3, "the session was idle for longer than allowed";
        ERRINFO_LOGON_TIMEOUT = 0x4, "the session lasted longer than allowed";
        ERRINFO_DISCONNECTED_BY_OTHERCONNECTION = 0x5, "another connection took the session over";
        ERRINFO_OUT_OF_MEMORY = 0x6, "the server is out of memory";
        ERRINFO_SERVER_DENIED_CONNECTION = 0x7, "the server denied the connection";
        ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES = 0x9, "the user lacks the right to connect remotely";
        ERRINFO_SERVER_FRESH_CREDENTIALS_REQUIRED = 0xa, "saved credentials are not accepted; they must be typed";
        ERRINFO_RPC_INITIATED_DISCONNECT_BYUSER = 0xb, "the user disconnected the session from inside it";
        ERRINFO_LOGOFF_BY_USER = 0xc, "the user logged off";
        ERRINFO_CLOSE_STACK_ON_DRIVER_NOT_READY = 0xf, "the server's display driver was not ready in time";
        ERRINFO_SERVER_DWM_CRASH = 0x10, "the desktop window manager of the session crashed";
        ERRINFO_CLOSE_STACK_ON_DRIVER_FAILURE = 0x11, "the server's display driver failed to start";
        ERRINFO_CLOSE_STACK_ON_DRIVER_IFACE_FAILURE = 0x12, "the server's display driver started but cannot be used";
        ERRINFO_SERVER_WINLOGON_CRASH = 0x17, "winlogon of the session crashed";
        ERRINFO_SERVER_CSRSS_CRASH = 0x18, "the client/server runtime (csrss) of the session crashed";
        ERRINFO_SERVER_SHUTDOWN = 0x19, "the server is shutting down";
        ERRINFO_SERVER_REBOOT = 0x1a, "the server is restarting";

        ERRINFO_LICENSE_INTERNAL = 0x100, "the server's licensing component failed";
        ERRINFO_LICENSE_NO_LICENSE_SERVER = 0x101, "no licence server is available";
        ERRINFO_LICENSE_NO_LICENSE = 0x102, "no client access licence is left";
        ERRINFO_LICENSE_BAD_CLIENT_MSG = 0x103, "the client sent a licensing message that the server cannot use";
        ERRINFO_LICENSE_HWID_DOESNT_MATCH_LICENSE = 0x104, "the client's stored licence was altered or belongs to other hardware";
        ERRINFO_LICENSE_BAD_CLIENT_LICENSE = 0x105, "the client's stored licence cannot be read";
        ERRINFO_LICENSE_CANT_FINISH_PROTOCOL = 0x106, "the network failed during the licence exchange";
        ERRINFO_LICENSE_CLIENT_ENDED_PROTOCOL = 0x107, "the client left the licence exchange early";
        ERRINFO_LICENSE_BAD_CLIENT_ENCRYPTION = 0x108, "a licensing message was encrypted wrongly";
        ERRINFO_LICENSE_CANT_UPGRADE_LICENSE = 0x109, "the client's licence could not be upgraded or renewed";
        ERRINFO_LICENSE_NO_REMOTE_CONNECTIONS = 0x10a, "the server is not licensed for remote connections";

        ERRINFO_CB_DESTINATION_NOT_FOUND = 0x400, "the broker does not know the destination";
        ERRINFO_CB_LOADING_DESTINATION = 0x402, "the destination is disconnecting from the broker";
        ERRINFO_CB_REDIRECTING_TO_DESTINATION = 0x404, "the broker failed to redirect to the destination";
        ERRINFO_CB_SESSION_ONLINE_VM_WAKE = 0x405, "the destination virtual machine failed to wake";
        ERRINFO_CB_SESSION_ONLINE_VM_BOOT = 0x406, "the destination virtual machine failed to start";
        ERRINFO_CB_SESSION_ONLINE_VM_NO_DNS = 0x407, "the destination virtual machine's address cannot be found";
        ERRINFO_CB_DESTINATION_POOL_NOT_FREE = 0x408, "the broker's pool has no free destination";
        ERRINFO_CB_CONNECTION_CANCELLED = 0x409, "the broker cancelled the connection";
        ERRINFO_CB_CONNECTION_ERROR_INVALID_SETTINGS = 0x410, "the routing token of the connection request is invalid";
        ERRINFO_CB_SESSION_ONLINE_VM_BOOT_TIMEOUT = 0x411, "the destination virtual machine did not start in time";
        ERRINFO_CB_SESSION_ONLINE_VM_SESSMON_FAILED = 0x412, "session monitoring failed on the destination virtual machine";

        ERRINFO_UNKNOWNPDUTYPE2 = 0x10c9, "a Share Data PDU has an unknown type";
        ERRINFO_UNKNOWNPDUTYPE = 0x10ca, "a Share Control PDU has an unknown type";
        ERRINFO_DATAPDUSEQUENCE = 0x10cb, "a Share Data PDU arrived out of order";
        ERRINFO_CONTROLPDUSEQUENCE = 0x10cd, "a Share Control PDU arrived out of order";
        ERRINFO_INVALIDCONTROLPDUACTION = 0x10ce, "a Control PDU has an invalid action";
        ERRINFO_INVALIDINPUTPDUTYPE = 0x10cf, "an input event has an invalid type";
        ERRINFO_INVALIDINPUTPDUMOUSE = 0x10d0, "a mouse event has invalid flags";
        ERRINFO_INVALIDREFRESHRECTPDU = 0x10d1, "a Refresh Rect PDU is invalid";
        ERRINFO_CREATEUSERDATAFAILED = 0x10d2, "the server could not build its GCC Conference Create Response";
        ERRINFO_CONNECTFAILED = 0x10d3, "the channel connection phase failed";
        ERRINFO_CONFIRMACTIVEWRONGSHAREID = 0x10d4, "Confirm Active has the wrong share id";
        ERRINFO_CONFIRMACTIVEWRONGORIGINATOR = 0x10d5, "Confirm Active has the wrong originator id";
        ERRINFO_PERSISTENTKEYPDUBADLENGTH = 0x10da, "a Persistent Key List PDU has the wrong length";
        ERRINFO_PERSISTENTKEYPDUILLEGALFIRST = 0x10db, "a second Persistent Key List PDU claims to be the first";
        ERRINFO_PERSISTENTKEYPDUTOOMANYTOTALKEYS = 0x10dc, "the Persistent Key List names more than 262,144 keys";
        ERRINFO_PERSISTENTKEYPDUTOOMANYCACHEKEYS = 0x10dd, "the Persistent Key List names more keys for one cache than were declared";
        ERRINFO_INPUTPDUBADLENGTH = 0x10de, "an input PDU has the wrong length";
        ERRINFO_BITMAPCACHEERRORPDUBADLENGTH = 0x10df, "a Bitmap Cache Error PDU has the wrong length";
        ERRINFO_SECURITYDATATOOSHORT = 0x10e0, "a PDU is too short for its security data";
        ERRINFO_VCHANNELDATATOOSHORT = 0x10e1, "a virtual channel PDU is too short";
        ERRINFO_SHAREDATATOOSHORT = 0x10e2, "a Share Data PDU is too short";
        ERRINFO_BADSUPRESSOUTPUTPDU = 0x10e3, "a Suppress Output PDU is invalid";
        ERRINFO_CONFIRMACTIVEPDUTOOSHORT = 0x10e5, "Confirm Active is too short";
        ERRINFO_CAPABILITYSETTOOSMALL = 0x10e7, "a capability set is shorter than its structure";
        ERRINFO_CAPABILITYSETTOOLARGE = 0x10e8, "a capability set is longer than the data that is left";
        ERRINFO_NOCURSORCACHE = 0x10e9, "the client declares no pointer cache";
        ERRINFO_BADCAPABILITIES = 0x10ea, "the client's capabilities are unacceptable";
        ERRINFO_VIRTUALCHANNELDECOMPRESSIONERR = 0x10ec, "virtual channel data could not be decompressed";
        ERRINFO_INVALIDVCCOMPRESSIONTYPE = 0x10ed, "virtual channel data has an invalid compression type";
        ERRINFO_INVALIDCHANNELID = 0x10ef, "data arrived on a channel that does not exist";
        ERRINFO_VCHANNELSTOOMANY = 0x10f0, "the client asks for more than 31 virtual channels";
        ERRINFO_REMOTEAPPSNOTENABLED = 0x10f3, "the session serves only remote programs and Client Info lacks INFO_RAIL";
        ERRINFO_CACHECAPNOTSET = 0x10f4, "a Persistent Key List came without the revision 2 bitmap cache capability";
        ERRINFO_BITMAPCACHEERRORPDUBADLENGTH2 = 0x10f5, "a Bitmap Cache Error PDU is too short for its entries";
        ERRINFO_OFFSCRCACHEERRORPDUBADLENGTH = 0x10f6, "an Offscreen Bitmap Cache Error PDU has the wrong length";
        ERRINFO_DNGCACHEERRORPDUBADLENGTH = 0x10f7, "a DrawNineGrid Cache Error PDU has the wrong length";
        ERRINFO_GDIPLUSPDUBADLENGTH = 0x10f8, "a GDI+ Error PDU has the wrong length";

        ERRINFO_SECURITYDATATOOSHORT2 = 0x1111, "a PDU is too short for its basic security header";
        ERRINFO_SECURITYDATATOOSHORT3 = 0x1112, "a PDU is too short for its non-FIPS or FIPS security header";
        ERRINFO_SECURITYDATATOOSHORT4 = 0x1113, "the Security Exchange PDU is too short for its header and length";
        ERRINFO_SECURITYDATATOOSHORT5 = 0x1114, "Client Info is too short for its fixed fields and strings";
        ERRINFO_SECURITYDATATOOSHORT6 = 0x1115, "Client Info is too short for its fixed fields";
        ERRINFO_SECURITYDATATOOSHORT7 = 0x1116, "the extended info is too short: clientAddressFamily or cbClientAddress";
        ERRINFO_SECURITYDATATOOSHORT8 = 0x1117, "the extended info is too short: clientAddress";
        ERRINFO_SECURITYDATATOOSHORT9 = 0x1118, "the extended info is too short: cbClientDir";
        ERRINFO_SECURITYDATATOOSHORT10 = 0x1119, "the extended info is too short: clientDir";
        ERRINFO_SECURITYDATATOOSHORT11 = 0x111a, "the extended info is too short: clientTimeZone";
        ERRINFO_SECURITYDATATOOSHORT12 = 0x111b, "the extended info is too short: clientSessionId";
        ERRINFO_SECURITYDATATOOSHORT13 = 0x111c, "the extended info is too short: performanceFlags";
        ERRINFO_SECURITYDATATOOSHORT14 = 0x111d, "the extended info is too short: cbAutoReconnectCookie";
        ERRINFO_SECURITYDATATOOSHORT15 = 0x111e, "the extended info is too short: autoReconnectCookie";
        ERRINFO_SECURITYDATATOOSHORT16 = 0x111f, "the extended info declares a reconnect cookie longer than 128 bytes";
        ERRINFO_SECURITYDATATOOSHORT17 = 0x1120, "the extended info is too short (second check): clientAddressFamily or cbClientAddress";
        ERRINFO_SECURITYDATATOOSHORT18 = 0x1121, "the extended info is too short (second check): clientAddress";
        ERRINFO_SECURITYDATATOOSHORT19 = 0x1122, "the extended info is too short (second check): cbClientDir";
        ERRINFO_SECURITYDATATOOSHORT20 = 0x1123, "the extended info is too short (second check): clientDir";
        ERRINFO_SECURITYDATATOOSHORT21 = 0x1124, "the extended info is too short (second check): clientTimeZone";
        ERRINFO_SECURITYDATATOOSHORT22 = 0x1125, "the extended info is too short (second check): clientSessionId";
        ERRINFO_SECURITYDATATOOSHORT23 = 0x1126, "the Client Info PDU is too short";
        ERRINFO_BADMONITORDATA = 0x1129, "the monitor count in the client monitor data is invalid";
        ERRINFO_VCDECOMPRESSEDREASSEMBLEFAILED = 0x112a, "decompressed virtual channel data exceeds the chunk size or its buffer";
        ERRINFO_VCDATATOOLONG = 0x112b, "a virtual channel PDU exceeds the chunk size";
        ERRINFO_BAD_FRAME_ACK_DATA = 0x112c, "a frame acknowledgement names a frame out of range";
        ERRINFO_GRAPHICSMODENOTSUPPORTED = 0x112d, "the server does not support the graphics mode that the client asked for";
        ERRINFO_GRAPHICSSUBSYSTEMRESETFAILED = 0x112e, "the server could not reset its graphics subsystem";
        ERRINFO_GRAPHICSSUBSYSTEMFAILED = 0x112f, "the server's graphics subsystem failed";
        ERRINFO_TIMEZONEKEYNAMELENGTHTOOSHORT = 0x1130, "the extended info is too short for the time zone key name it declares";
        ERRINFO_TIMEZONEKEYNAMELENGTHTOOLONG = 0x1131, "the extended info declares a time zone key name that is too long";
        ERRINFO_DYNAMICDSTDISABLEDFIELDMISSING = 0x1132, "the extended info lacks dynamicDaylightTimeDisabled";
        ERRINFO_VCDECODINGERROR = 0x1133, "data of a dynamic virtual channel could not be decoded";
        ERRINFO_VIRTUALDESKTOPTOOLARGE = 0x1134, "the monitors together are larger than 32,766 pixels in one direction";
        ERRINFO_MONITORGEOMETRYVALIDATIONFAILED = 0x1135, "the monitors overlap, leave gaps or are otherwise impossible";
        ERRINFO_INVALIDMONITORCOUNT = 0x1136, "the client declares too many monitors";
        ERRINFO_UPDATESESSIONKEYFAILED = 0x1191, "standard RDP security: the session keys could not be updated";
        ERRINFO_DECRYPTFAILED = 0x1192, "standard RDP security: decryption or key creation failed";
        ERRINFO_ENCRYPTFAILED = 0x1193, "standard RDP security: encryption failed";
        ERRINFO_ENCPKGMISMATCH = 0x1194, "standard RDP security: no common encryption method";
        ERRINFO_DECRYPTFAILED2 = 0x1195, "standard RDP security: plain data arrived where encrypted data must be";
    }
}
