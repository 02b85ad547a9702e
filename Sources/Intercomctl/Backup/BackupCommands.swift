internal import Backup
internal import Config
internal import Crypto
internal import HAL
internal import Settings

/// `backup > FILE`: seals the files that make this station itself by a passphrase.
func backUp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !Terminal.isInteractive(.result) else {
        throw Failure(
            .usage, "a backup is no text for a terminal: sudo intercomctl backup > FILE")
    }
    guard Environment.userID == 0 else {
        throw Failure(
            .failed,
            "a backup holds the station's secret keys, which only root may read:"
                + " sudo intercomctl backup > FILE")
    }
    let station = try StationBackup(ConfigFolder(invocation.configFolder))
    let passphrase = try Passphrase.chosen(invocation)
    let file = SealedBackup.seal(station.content, passphrase: passphrase.bytes)
    guard Terminal.write(file) else {
        throw Failure(.failed, "the backup cannot be written: the disk is full")
    }
    Terminal.write(station.summary.visibleLines, to: .complaint)
    return .ok
}

/// `restore FILE`: makes this machine the station of a backup.
///
/// Nothing is written before all of the backup is verified and parsed; with `--check` nothing at
/// all.
func restore(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard Environment.userID == 0 else {
        throw Failure(
            .failed, "restore writes settings and secret keys: sudo intercomctl restore FILE")
    }
    let path = invocation.arguments[0]
    let folder = ConfigFolder(invocation.configFolder)
    if !invocation.isCheck, !folder.isEmpty {
        // Before anyone is asked for a passphrase. The backup may have other folders.
        try RestorePlace(folder: folder.folder, paths: folder.paths).checkIsFree(invocation)
    }
    let file = try backupFile(path)
    let content = try open(file, named: path == "-" ? "the input" : path, invocation)
    let station = try StationRestore(content, into: folder.folder)
    if invocation.isCheck {
        try printText(station.contents.visibleLines)
        return .ok
    }
    try station.place.checkIsFree(invocation)
    try station.place.checkIsUsable()
    try station.write(again: "sudo intercomctl restore --force \(path)")
    try printText((station.contents + station.advice).visibleLines)
    return .ok
}

private func backupFile(_ path: String) throws(Failure) -> [UInt8] {
    guard path == "-" else {
        do throws(SystemError) {
            return try FileStore.read(path, limit: SealedBackup.sizeMax)
        } catch { throw Failure(error) }
    }
    guard !Keyboard.isThere else {
        throw Failure(
            .usage, "- takes the backup from standard input: sudo intercomctl restore - < FILE")
    }
    guard let file = Keyboard.all(limit: SealedBackup.sizeMax) else {
        throw Failure(
            .failed,
            "the input cannot be read, or is larger than a backup: \(SealedBackup.sizeMax) bytes")
    }
    return file
}

private func open(
    _ file: [UInt8], named name: String, _ invocation: borrowing Invocation
) throws(Failure) -> BackupContent {
    do throws(BackupFault) {
        try SealedBackup.check(file.span)
    } catch { throw Failure(.failed, "\(name) \(error)") }
    let isInputTaken = invocation.arguments[0] == "-"
    let passphrase = try Passphrase.known(invocation, isInputTaken: isInputTaken)
    do throws(BackupFault) {
        return try SealedBackup.open(file.span, passphrase: passphrase.bytes)
    } catch { throw Failure(.failed, "\(name) \(error); nothing is written") }
}

extension Config {
    /// What the settings name and a backup does not have.
    var leftOutOfBackups: [String] {
        var names: [String] = []
        if case .file(let path) = sounds.ring { names.append("\(path) (ring)") }
        if let path = events.onEvent { names.append("\(path) (on-event)") }
        for peer in peers {
            if case .credential(let name) = peer.psk {
                names.append("the credential \(name) (psk of \(peer.name))")
            }
        }
        return names
    }
}
