/**
 * Every id that package.json contributes, and every key under which something is stored. A test compares them with package.json;
 * no other file of the extension writes one out.
 */
export const ids = {
  command: {
    // Sessions.
    newSession: 'flotilla.newSession',
    openSession: 'flotilla.openSession',
    startSession: 'flotilla.startSession',
    stopSession: 'flotilla.stopSession',
    resumeSession: 'flotilla.resumeSession',
    takeOverSession: 'flotilla.takeOverSession',
    sendMessage: 'flotilla.sendMessage',
    cancelSession: 'flotilla.cancelSession',
    removeSession: 'flotilla.removeSession',
    pushSession: 'flotilla.pushSession',
    showReport: 'flotilla.showReport',
    showUsage: 'flotilla.showUsage',
    copyBranch: 'flotilla.copyBranch',
    showWaiting: 'flotilla.showWaiting',
    // The view.
    refresh: 'flotilla.refresh',
    groupByRepository: 'flotilla.groupByRepository',
    groupByState: 'flotilla.groupByState',
    showFlat: 'flotilla.showFlat',
    // Environments that no session owns.
    adoptEnvironment: 'flotilla.adoptEnvironment',
    removeEnvironment: 'flotilla.removeEnvironment',
    // Terminals, files and containers.
    openTerminal: 'flotilla.openTerminal',
    openShell: 'flotilla.openShell',
    openDiff: 'flotilla.openDiff',
    openChanges: 'flotilla.openChanges',
    openFile: 'flotilla.openFile',
    openFolder: 'flotilla.openFolder',
    attachContainer: 'flotilla.attachContainer',
    copyExecCommand: 'flotilla.copyExecCommand',
    // Credentials.
    setApiKey: 'flotilla.setApiKey',
    setOauthToken: 'flotilla.setOauthToken',
    removeCredentials: 'flotilla.removeCredentials',
    // The engine.
    checkSystem: 'flotilla.checkSystem',
    showEngineStatus: 'flotilla.showEngineStatus',
    showEngineLog: 'flotilla.showEngineLog',
    restartEngine: 'flotilla.restartEngine',
    showLog: 'flotilla.showLog',
    collectDiagnostics: 'flotilla.collectDiagnostics',
    openWalkthrough: 'flotilla.openWalkthrough',
    openSettings: 'flotilla.openSettings',
  },
  container: 'flotilla',
  view: { sessions: 'flotilla.sessions' },
  panel: { session: 'flotilla.session' },
  statusBar: 'flotilla.status',
  walkthrough: 'flotilla.firstSession',
  terminalProfile: 'flotilla.terminal',
  /** Keys of `when` clauses; the ones of actions are `flotilla.can.<action>`. */
  context: {
    engine: 'flotilla.engine',
    isEmpty: 'flotilla.isEmpty',
    grouping: 'flotilla.grouping',
    hasCredentials: 'flotilla.hasCredentials',
    hasSessions: 'flotilla.hasSessions',
    isSystemOk: 'flotilla.isSystemOk',
    can: 'flotilla.can',
  },
  setting: {
    groupBy: 'flotilla.sessions.groupBy',
    statusBar: 'flotilla.statusBar.show',
    notifyNeedsInput: 'flotilla.notifications.needsInput',
    notifyFinished: 'flotilla.notifications.finished',
    notifyFailed: 'flotilla.notifications.failed',
    baseUrl: 'flotilla.anthropic.baseUrl',
    terminalClipboard: 'flotilla.terminal.clipboard',
    terminalLinks: 'flotilla.terminal.links',
    model: 'flotilla.newSession.model',
    permissionMode: 'flotilla.newSession.permissionMode',
    image: 'flotilla.newSession.image',
    setup: 'flotilla.newSession.setup',
    network: 'flotilla.newSession.network',
    memory: 'flotilla.newSession.memory',
    cpus: 'flotilla.newSession.cpus',
    pids: 'flotilla.newSession.pids',
    certificates: 'flotilla.newSession.certificates',
  },
  /** Keys of the extension's memory. */
  memory: { newSession: 'newSession.choices' },
  secret: { credential: 'credential' },
  scheme: { files: 'flotilla', revisions: 'flotilla-revision', report: 'flotilla-report' },
} as const;

type ValueOf<T> = T[keyof T];
export type CommandId = ValueOf<typeof ids.command>;
export type SettingId = ValueOf<typeof ids.setting>;
