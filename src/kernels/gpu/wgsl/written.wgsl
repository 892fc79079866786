  #if TEAMS
  storageBarrier();
  #end
