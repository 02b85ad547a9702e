internal import CLinux

/// A Wi-Fi interface of this machine.
public struct WirelessInterface: Equatable, Sendable {
    /// Such as "wlan0".
    public let name: String
    /// Whether it is in use; nil when the kernel does not say.
    public let isUp: Bool?
    /// Whether it sleeps between packets; nil when its driver does not report it.
    public let savesPower: Bool?

    public init(name: String, isUp: Bool?, savesPower: Bool?) {
        self.name = name
        self.isUp = isUp
        self.savesPower = savesPower
    }

    /// The interfaces that sysfs shows as Wi-Fi, by name; none is not an error.
    public static func all(in folder: String = "/sys/class/net") -> [WirelessInterface] {
        let names = (try? FileStore.names(in: folder, suffix: "")) ?? []
        return names.compactMap { name in
            let isWireless = ["phy80211", "wireless"].contains { mark in
                ((try? FileStore.status(of: "\(folder)/\(name)/\(mark)")) ?? nil) != nil
            }
            guard isWireless else { return nil }
            let saves = unsafe clinux_wireless_saves_power(name)
            return WirelessInterface(
                name: name, isUp: isUp("\(folder)/\(name)/operstate"),
                savesPower: saves < 0 ? nil : saves == 1)
        }
    }

    /// Reads the kernel's word for the state of an interface (RFC 2863 §3.1.14).
    private static func isUp(_ path: String) -> Bool? {
        guard let bytes = try? FileStore.read(path, limit: 64) else { return nil }
        if bytes.starts(with: "up".utf8) { return true }
        return bytes.starts(with: "unknown".utf8) ? nil : false
    }
}
