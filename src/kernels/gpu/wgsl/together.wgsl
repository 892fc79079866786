  #if TEAMS
  workgroupBarrier();
  #end
