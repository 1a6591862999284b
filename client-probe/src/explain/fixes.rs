//! Fixes as data: what to do, what it can break, and how to take it back. Which code they are for stands in
//! `fixes_for`, with how sure that is.

use serde::Serialize;

/// Something that an administrator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Stable id.
    pub id: &'static str,
    /// In one line.
    pub title: &'static str,
    /// In this order; commands as they are typed.
    pub steps: &'static [&'static str],
    /// What it can break.
    pub risk: &'static str,
    /// How to take it back.
    pub undo: &'static str,
}

macro_rules! fixes {
    ($($name:ident $id:literal $title:literal [$($step:literal),+ $(,)?] risk $risk:literal undo $undo:literal)+) => {
        $(pub(super) const $name: &Fix = &Fix { id: $id, title: $title, steps: &[$($step),+], risk: $risk, undo: $undo };)+
        /// Every fix.
        #[cfg(test)]
        pub(super) const ALL: &[&Fix] = &[$($name),+];
    };
}

fixes! {
    NEW_SELF_SIGNED "regenerate-self-signed-certificate" "Have the host make its self-signed certificate anew" [
        "certlm.msc, Remote Desktop, Certificates: export the certificate, then delete it",
        "Restart-Service TermService -Force",
    ] risk "every session on the host ends; clients warn about the new certificate, pinned thumbprints break"
      undo "import the exported certificate; where its key could not be exported, there is no way back"
    RENEW_ISSUED "renew-issued-certificate" "Renew the certificate that a CA issued, and set it" [
        "certlm.msc, Personal, Certificates: renew it with a new key; it needs Server Authentication",
        "set its thumbprint: SSLCertificateSHA1Hash under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp",
        "let NETWORK SERVICE read its private key, then Restart-Service TermService -Force",
    ] risk "sessions end; a wrong thumbprint or an unreadable key locks everyone out of Remote Desktop"
      undo "set the old thumbprint again: note it before"
    KEY_PERMISSIONS "certificate-key-permissions" "Let the host's services read the certificate's key" [
        "icacls C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys\\f686aace6942fb7f7ceb231212eef4a4*",
        "NETWORK SERVICE needs Read, SYSTEM Full Control; see that CertPropSvc, KeyIso, CryptSvc and SessionEnv run",
        "Restart-Service TermService -Force",
    ] risk "rights on the whole folder in place of the one file expose other keys"
      undo "icacls FILE /save ACLFILE before, icacls FOLDER /restore ACLFILE after"
    RCM_CERTIFICATES "delete-rcm-certificates" "Have the host make its licensing certificates anew" [
        "reg export \"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\RCM\" rcm.reg",
        "delete the values Certificate, X509 Certificate, X509 Certificate ID and X509 Certificate2 there",
        "restart the host",
    ] risk "the host restarts; until it has new ones from its licence server, clients may not get a licence"
      undo "reg import rcm.reg, then restart"
    MSLICENSING "clean-mslicensing" "Clear the client's store of licences" [
        "on the client: reg export HKLM\\SOFTWARE\\Microsoft\\MSLicensing mslicensing.reg",
        "delete HKLM\\SOFTWARE\\Microsoft\\MSLicensing\\HardwareID (it holds ClientHWID)",
        "delete HKLM\\SOFTWARE\\Microsoft\\MSLicensing\\Store (LICENSE000 and so on)",
        "start mstsc once as administrator and connect, so that it may write the keys again",
    ] risk "the client gets a new hardware id: a per-device licence that it had stays taken until it runs out"
      undo "reg import mslicensing.reg"
    ELEVATED_ONCE "mstsc-as-administrator-once" "Start mstsc once as administrator" [
        "on the client: run mstsc as administrator and connect to the host",
    ] risk "none known beyond that of a client that runs with more rights than it needs"
      undo "nothing to take back"
    LICENSE_SERVER "repair-licensing" "Repair licensing on the host" [
        "lsdiag.msc (RD Licensing Diagnoser) on the host: mode, licence server, free licences",
        "policy \"Use the specified Remote Desktop license servers\" and \"Set the Remote Desktop licensing mode\"",
        "check that the host reaches the licence server, and that the grace period of 120 days is not over",
    ] risk "a mode for which there are no licences locks users out once the grace period ends"
      undo "set the policies as they were"
    PROFILE_LIST "check-profile-list" "Look for a broken entry of the user in ProfileList" [
        "reg export \"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\" profilelist.reg",
        "look for the user's SID twice, once with .bak; check ProfileImagePath, State and RefCount of both",
        "with the user logged off everywhere: rename the one without .bak away, the one with .bak to the plain SID",
    ] risk "a wrong rename leaves the user with an empty profile; what was saved in the temporary one is lost"
      undo "reg import profilelist.reg, and delete the keys that the rename made"
    NTUSER "check-ntuser-dat" "Check whether the user's NTUSER.DAT can be loaded" [
        "with the user logged off: reg load HKU\\Test C:\\Users\\NAME\\NTUSER.DAT, then reg unload HKU\\Test",
        "icacls C:\\Users\\NAME\\NTUSER.DAT: the user and SYSTEM need Full Control",
        "where it cannot be loaded: rename the profile's folder, let a new one be made, copy the documents over",
    ] risk "a hive that stays loaded keeps the user out; a new profile loses the user's settings"
      undo "reg unload HKU\\Test; rename the folder back"
    SFC "sfc-and-dism" "Check and repair Windows' own files" [
        "DISM /Online /Cleanup-Image /RestoreHealth",
        "sfc /scannow",
    ] risk "takes long; puts Windows' own files in place of changed ones, which ends patched termsrv.dll files"
      undo "none: DISM and sfc keep no copy; C:\\Windows\\Logs\\CBS\\CBS.log names what was replaced"
    NLA_OFF "nla-off-as-a-test" "Switch Network Level Authentication off, as a test only" [
        "UserAuthentication = 0 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp, then connect",
        "set it to 1 again, whatever the test shows",
    ] risk "anyone who reaches the port gets a logon screen and a session's resources before any password"
      undo "UserAuthentication = 1"
    TIME_SYNC "synchronize-clocks" "Synchronize the clocks" [
        "w32tm /query /status on client, host and domain controller",
        "w32tm /resync on those that are wrong (Linux: timedatectl)",
    ] risk "a jump of the clock can end Kerberos tickets, and confuse what runs by the hour"
      undo "nothing to take back"
    TLS_POLICY "check-tls-policy" "Check which TLS versions and suites the host may use" [
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols: TLS 1.2\\Server has Enabled 1, DisabledByDefault 0",
        "policy \"SSL Cipher Suite Order\": at least one suite that the client has",
        "TLS 1.0 on again only as a test, to prove that an old client is the cause; update the client instead",
    ] risk "a wrong value stops every TLS service of the host; TLS 1.0 lets old, weak clients in"
      undo "reg export of the SCHANNEL key before, reg import after, then restart"
    CREDSSP_UPDATE "update-both-for-credssp" "Bring client and host to the same update level (CVE-2018-0886)" [
        "install the updates on both sides",
        "as a test only: policy \"Encryption Oracle Remediation\" at \"Vulnerable\" on the client (AllowEncryptionOracle = 2)",
    ] risk "with \"Vulnerable\" whoever stands between can take the credentials over"
      undo "policy back to \"Mitigated\" or not configured"
    USER_RIGHTS "grant-remote-logon" "Let the user log on through Remote Desktop Services" [
        "net localgroup \"Remote Desktop Users\" DOMAIN\\NAME /add",
        "secpol.msc, User Rights Assignment: Allow log on through Remote Desktop Services, Access this computer from the network; no Deny right wins over them",
    ] risk "whoever holds the account can now log on to the host from the network"
      undo "net localgroup \"Remote Desktop Users\" DOMAIN\\NAME /delete"
    LM_LEVEL "lm-compatibility-level" "Have the client answer with NTLMv2" [
        "LmCompatibilityLevel = 3 or more under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa on the client",
    ] risk "very old servers that know NTLMv1 alone refuse the client"
      undo "the value that was there before"
    WDDM_OFF "wddm-driver-off" "Switch the WDDM graphics driver for Remote Desktop off" [
        "on the host: policy \"Use WDDM graphics display driver for Remote Desktop Connections\" disabled",
        "gpupdate /force, then a new session; or update the display driver",
    ] risk "graphics get slower; some programs need WDDM"
      undo "policy back to not configured"
    DELEGATION "allow-delegation" "Allow the client to delegate credentials to this host" [
        "on the client: policy Credentials Delegation, \"Allow delegating fresh credentials\" with TERMSRV/HOST",
        "where only NTLM authenticates the host: \"... with NTLM-only server authentication\"",
    ] risk "the host, or whoever passes for it, gets the user's password"
      undo "remove the host from the list"
    PORT_OWNER "who-owns-the-port" "Find out what listens on the port" [
        "on the host: netstat -abno, or Get-NetTCPConnection -LocalPort 3389",
        "PortNumber under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp",
        "firewalls and proxies between: probe from both sides of them",
    ] risk "none: it only looks"
      undo "nothing to take back"
    XRDP_CERTIFICATE "xrdp-new-certificate" "Make xrdp's certificate anew" [
        "make-ssl-cert generate-default-snakeoil --force-overwrite (Debian), or set certificate= and key_file= in xrdp.ini",
        "adduser xrdp ssl-cert; systemctl restart xrdp",
    ] risk "sessions end; other services may use the same snakeoil certificate; clients warn about the new one"
      undo "keep copies of both files and put them back"
}
