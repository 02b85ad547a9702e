internal import Config
internal import HAL

/// Whether peers can be found on the LAN.
enum LANSearch: Equatable {
    /// The settings say no.
    case off
    case noInterface
    case blocked(SystemError)
    /// On interfaces of these names; there were too many to look on the others.
    case on([String], leftOut: [String] = [])

    var check: Check {
        switch self {
        case .off:
            .ok(.network, of: "LAN", "peers are not looked for (discovery = no)")
        case .noInterface:
            .warn(
                .network, of: "LAN", "no interface reaches neighbours, so no peer is found there",
                fix: "plug the cable in, or join a Wi-Fi")
        case .blocked(let error):
            .warn(
                .network, of: "LAN", "peers are not found: \(error)",
                fix: "stop that program, or set discovery = no in [network]")
        case .on(let names, let leftOut):
            .ok(
                .network, of: "LAN",
                "peers are found on \(names.joined(separator: ", ")) (UDP 5353, multicast)"
                    + (leftOut.isEmpty ? "" : ", not on \(leftOut.joined(separator: ", "))"))
        }
    }
}

extension LANSearch {
    /// Tries it on every interface; nil where the station listens to this machine alone.
    init?(_ settings: Config.Network, _ interfaces: [NetworkInterface]) {
        let listen = settings.listen.flatMap { SocketAddress(host: $0, port: 0) }
        if listen?.isLoopback ?? false { return nil }
        guard settings.discovery else {
            self = .off
            return
        }
        let (usable, leftOut) = NetworkInterface.neighbourly(interfaces, from: listen)
        guard !usable.isEmpty else {
            self = .noInterface
            return
        }
        do throws(SystemError) {
            for one in usable {
                let family = listen?.family ?? one.addresses[0].family
                _ = try MulticastSocket(family, on: one, from: listen)
            }
            self = .on(usable.map { $0.name }, leftOut: leftOut.map { $0.name })
        } catch { self = .blocked(error) }
    }
}
